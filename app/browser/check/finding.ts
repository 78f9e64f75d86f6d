/** What the check found, in words. Pure. */
import type { RecordedKinds } from '../../wire.ts';
import { formatBytes, formatRate, type Needs } from './needs.ts';

/**
 * - good: it will do
 * - coarser: it will do, with a coarser picture
 * - no: it does not do; the sentence says what to do about it
 * - unmeasured: it could not be measured
 * - skipped: the person left it out
 */
export type Verdict = 'good' | 'coarser' | 'no' | 'unmeasured' | 'skipped';

export interface Finding {
  verdict: Verdict;
  /** What was found, what it means and what to do. */
  sentence: string;
}

export const VERDICTS: Record<Verdict, string> = {
  good: 'Will do',
  coarser: 'Will do, with a coarser picture',
  no: 'Does not do',
  unmeasured: 'Could not be measured',
  skipped: 'Not checked',
};

/** Times real time that encoding has to be: the exam itself needs the processor as well. */
const SPARE = 2;
/** Seconds that a clock may be off without a word. */
const CLOCK_SECONDS = 60;
/** Milliseconds of a round trip that nobody notices. */
const ROUND_TRIP = 1000;

const MENDING_LINE =
  'Use a cable or come closer to the Wi-Fi router, stop downloads and other people’s videos meanwhile, or try another network.';

/** @param rate bits a second that were really sent */
export function judgeLine(rate: number, { most, least }: Needs): Finding {
  const measured = `Your line sends ${formatRate(rate)}.`;
  if (rate >= most.line)
    return { verdict: 'good', sentence: `${measured} The finest picture needs ${formatRate(most.line)}.` };
  if (rate >= least.line)
    return {
      verdict: 'coarser',
      sentence: `${measured} The finest picture needs ${formatRate(most.line)}; the recorder makes the picture coarser by itself, and that is never held against you. ${MENDING_LINE}`,
    };
  return {
    verdict: 'no',
    sentence: `${measured} Even the coarsest picture needs ${formatRate(least.line)}. What cannot be sent waits in your browser, and would have to be sent after the exam. ${MENDING_LINE}`,
  };
}

/** @param seconds of the processor for one second of recording, at the finest and at the coarsest */
export function judgeProcessor(seconds: { most: number; least: number }): Finding {
  const measured = `Your computer encodes what is recorded ${times(1 / seconds.most)} as fast as it comes.`;
  if (SPARE * seconds.most <= 1) return { verdict: 'good', sentence: measured };
  if (SPARE * seconds.least <= 1)
    return {
      verdict: 'coarser',
      sentence: `${measured} That leaves little for the exam itself, so the recorder takes fewer pictures a second. Close other programs and tabs, and plug the computer in.`,
    };
  return {
    verdict: 'no',
    sentence: `${measured} That is too slow even for the coarsest picture. Close other programs and tabs, plug the computer in and check again, or use another computer.`,
  };
}

/** @param room bytes that the browser lets this page keep; null where it does not say */
export function judgeStorage(room: number | null, { most, least }: Needs): Finding {
  const kept = 'Your browser keeps data for this page.';
  if (room === null)
    return { verdict: 'good', sentence: `${kept} It does not say how much; the recorder shows how long it lasts.` };
  const minutes = Math.floor(room / (most.hourBytes / 60));
  if (room >= most.hourBytes)
    return {
      verdict: 'good',
      sentence: `${kept} There is room for an hour without a connection (${formatBytes(most.hourBytes)}) and more.`,
    };
  const free = 'Free some space on this computer, and leave private browsing.';
  if (room >= least.hourBytes)
    return {
      verdict: 'coarser',
      sentence: `${kept} There is room for ${minutes} min without a connection, or for an hour of a coarser picture. ${free}`,
    };
  return {
    verdict: 'no',
    sentence: `${kept} There is room for only ${formatBytes(room)}: without a connection that lasts ${minutes} min. ${free}`,
  };
}

/** @param milliseconds of a request and its answer, the median of several */
export function judgeRoundTrip(milliseconds: number): Finding {
  const measured = `An answer takes ${Math.max(1, Math.round(milliseconds))} ms.`;
  if (milliseconds <= ROUND_TRIP) return { verdict: 'good', sentence: measured };
  return {
    verdict: 'good',
    sentence: `${measured} That is long, but recording does not mind. The exam’s own pages may be slow; another network may help.`,
  };
}

/** @param seconds that this computer's clock is ahead of the appliance's */
export function judgeClock(seconds: number): Finding {
  const off = Math.round(Math.abs(seconds));
  if (off <= CLOCK_SECONDS) return { verdict: 'good', sentence: 'Your computer’s clock is right.' };
  const words = off < 120 ? `${off} s` : off < 7200 ? `${Math.round(off / 60)} min` : `${Math.round(off / 3600)} h`;
  return {
    verdict: 'good',
    sentence: `Your computer’s clock is ${words} ${seconds > 0 ? 'fast' : 'slow'}. Recording works, but the times that you see would be off: let your computer set its clock by itself.`,
  };
}

/** What was checked, in the order of the page. */
export const CHECKS = [
  'browser',
  'storage',
  'camera',
  'microphone',
  'screen',
  'processor',
  'upload',
  'round-trip',
  'clock',
  'power',
] as const;
export type Check = (typeof CHECKS)[number];

/** Of these nothing hangs on: they advise. */
const ADVICE: Check[] = ['round-trip', 'clock', 'power'];

export const CHECK_NAMES: Record<Check, string> = {
  browser: 'Browser',
  storage: 'Room for the recording',
  camera: 'Camera',
  microphone: 'Microphone',
  screen: 'Screen sharing',
  processor: 'Processor',
  upload: 'Upload',
  'round-trip': 'Answers',
  clock: 'Clock',
  power: 'Power',
};

/** @returns the checks that an exam of these kinds needs */
export function checksFor({ sources, sound }: Pick<RecordedKinds, 'sources' | 'sound'>): Check[] {
  return CHECKS.filter((check) => {
    if (check === 'camera' || check === 'screen') return sources.includes(check);
    return check !== 'microphone' || sound;
  });
}

export type Findings = Partial<Record<Check, Finding>>;

/** @returns what all of it comes to: the worst of what the exam needs */
export function summaryOf(findings: Findings): Finding {
  const needed = CHECKS.filter((check) => findings[check] && !ADVICE.includes(check));
  const named = (verdicts: Verdict[]) =>
    needed
      .filter((check) => verdicts.includes(findings[check]?.verdict ?? 'unmeasured'))
      .map((check) => CHECK_NAMES[check].toLowerCase())
      .join(', ');
  const failing = named(['no']);
  if (failing)
    return {
      verdict: 'no',
      sentence: `As it stands this device does not do: ${failing}. Below you read what to do about it; then check again.`,
    };
  const open = named(['unmeasured', 'skipped']);
  const coarser = named(['coarser']);
  const done = coarser
    ? 'This device will do, with a coarser picture. Nothing of that is held against you.'
    : 'This device will do.';
  if (!open) return { verdict: coarser ? 'coarser' : 'good', sentence: done };
  return {
    verdict: 'unmeasured',
    sentence: `As far as it was checked: ${done.charAt(0).toLowerCase()}${done.slice(1)} Still open: ${open}.`,
  };
}

/**
 * The result for a message to a helpdesk, without anything about the person: no name, no address, no names of devices.
 * @param about where and for what it was checked; `browser` is the browser's kind and version
 */
export function textOf(findings: Findings, about: { title: string; at: Date; browser: string }): string {
  const lines = CHECKS.flatMap((check) => {
    const finding = findings[check];
    return finding ? [`${CHECK_NAMES[check]}: ${VERDICTS[finding.verdict]}. ${finding.sentence}`] : [];
  });
  return [
    `System check, ${about.title}`,
    `${about.at.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${about.browser}`,
    summaryOf(findings).sentence,
    '',
    ...lines,
  ].join('\n');
}

/** @param userAgent as the browser says it @returns "Chrome 156 on Linux": what a helpdesk needs of it, and no more */
export function browserOf(userAgent: string): string {
  const names: [string, RegExp][] = [
    ['Edge', /Edg\/(\d+)/],
    ['Opera', /OPR\/(\d+)/],
    ['Firefox', /Firefox\/(\d+)/],
    ['Chrome', /Chrome\/(\d+)/],
    ['Safari', /Version\/(\d+).*Safari/],
  ];
  const systems: [string, RegExp][] = [
    ['Android', /Android/],
    ['iOS', /iPhone|iPad/],
    ['Windows', /Windows/],
    ['ChromeOS', /CrOS/],
    ['macOS', /Mac OS X/],
    ['Linux', /Linux/],
  ];
  const known = names.map(([name, pattern]) => [name, pattern.exec(userAgent)?.[1]]).find(([, version]) => version);
  const system = systems.find(([, pattern]) => pattern.test(userAgent))?.[0];
  return `${known ? known.join(' ') : 'a browser that is not known here'}${system ? ` on ${system}` : ''}`;
}

function times(ratio: number): string {
  return `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(1)} times`;
}
