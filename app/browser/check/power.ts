import type { Finding } from './finding.ts';

/** Chromium's alone. */
interface Battery {
  charging: boolean;
  level: number;
}

const AWAKE = 'Switch off that it sleeps by itself, for as long as the exam lasts.';

/** Whether the computer may run out of power; advice only. */
export async function checkPower(): Promise<Finding> {
  const ask = (navigator as Navigator & { getBattery?: () => Promise<Battery> }).getBattery;
  const battery = await ask?.call(navigator).catch(() => undefined);
  if (!battery)
    return { verdict: 'unmeasured', sentence: `Your browser does not tell. Plug the computer in. ${AWAKE}` };
  if (battery.charging) return { verdict: 'good', sentence: `The computer is plugged in. ${AWAKE}` };
  return {
    verdict: 'good',
    sentence: `The computer runs on its battery, at ${Math.round(100 * battery.level)} %. Plug it in for the exam. ${AWAKE}`,
  };
}
