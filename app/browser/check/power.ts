import type { Finding } from './finding.ts';
import { words } from '../words/check.ts';

/** Chromium's alone. */
interface Battery {
  charging: boolean;
  level: number;
}

/** Whether the computer may run out of power; advice only. */
export async function checkPower(): Promise<Finding> {
  const ask = (navigator as Navigator & { getBattery?: () => Promise<Battery> }).getBattery;
  const battery = await ask?.call(navigator).catch(() => undefined);
  if (!battery) return { verdict: 'unmeasured', sentence: words.power.unknown };
  if (battery.charging) return { verdict: 'good', sentence: words.power.plugged };
  return { verdict: 'good', sentence: words.power.battery(Math.round(100 * battery.level)) };
}
