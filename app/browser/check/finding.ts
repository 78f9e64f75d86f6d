/** What the check found, in words. Pure. */
import type { RecordedKinds } from '../../wire.ts';
import { formatBytes, formatNumber, formatRate, type Needs } from './needs.ts';
import { words } from '../words/check.ts';

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

/** Times real time that encoding has to be: the exam itself needs the processor as well. */
const SPARE = 2;
/** Seconds that a clock may be off without a word. */
const CLOCK_SECONDS = 60;
/** Milliseconds of a round trip that nobody notices. */
const ROUND_TRIP = 1000;

/** @param rate bits a second that were really sent */
export function judgeLine(rate: number, needs: Needs): Finding {
  const [sent, most, least] = [formatRate(rate), formatRate(needs.most.line), formatRate(needs.least.line)];
  if (rate >= needs.most.line) return { verdict: 'good', sentence: words.line.good(sent, most) };
  if (rate >= needs.least.line) return { verdict: 'coarser', sentence: words.line.coarser(sent, most) };
  return { verdict: 'no', sentence: words.line.no(sent, least) };
}

/** @param seconds of the processor for one second of recording, at the finest and at the coarsest */
export function judgeProcessor(seconds: { most: number; least: number }): Finding {
  const ratio = 1 / seconds.most;
  const times = formatNumber(ratio, ratio >= 10 ? 0 : 1);
  if (SPARE * seconds.most <= 1) return { verdict: 'good', sentence: words.processor.good(times) };
  if (SPARE * seconds.least <= 1) return { verdict: 'coarser', sentence: words.processor.coarser(times) };
  return { verdict: 'no', sentence: words.processor.no(times) };
}

/** @param room bytes that the browser lets this page keep; null where it does not say */
export function judgeStorage(room: number | null, { most, least }: Needs): Finding {
  const { storage } = words;
  if (room === null) return { verdict: 'good', sentence: storage.unknown };
  const minutes = Math.floor(room / (most.hourBytes / 60));
  if (room >= most.hourBytes) return { verdict: 'good', sentence: storage.good(formatBytes(most.hourBytes)) };
  if (room >= least.hourBytes) return { verdict: 'coarser', sentence: storage.coarser(minutes) };
  return { verdict: 'no', sentence: storage.no(formatBytes(room), minutes) };
}

/** @param milliseconds of a request and its answer, the median of several */
export function judgeRoundTrip(milliseconds: number): Finding {
  const { trip, longTrip } = words.line;
  const told = milliseconds <= ROUND_TRIP ? trip : longTrip;
  return { verdict: 'good', sentence: told(Math.max(1, Math.round(milliseconds))) };
}

/** @param seconds that this computer's clock is ahead of the appliance's */
export function judgeClock(seconds: number): Finding {
  const off = Math.round(Math.abs(seconds));
  if (off <= CLOCK_SECONDS) return { verdict: 'good', sentence: words.clock.right };
  const amount = off < 120 ? `${off} s` : off < 7200 ? `${Math.round(off / 60)} min` : `${Math.round(off / 3600)} h`;
  return { verdict: 'good', sentence: words.clock.off(amount, seconds > 0) };
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
      .map((check) => words.within(words.names[check]))
      .join(', ');
  const failing = named(['no']);
  if (failing) return { verdict: 'no', sentence: words.summary.failing(failing) };
  const open = named(['unmeasured', 'skipped']);
  const coarser = named(['coarser']) !== '';
  if (open) return { verdict: 'unmeasured', sentence: words.summary.open(coarser, open) };
  return coarser
    ? { verdict: 'coarser', sentence: words.summary.coarser }
    : { verdict: 'good', sentence: words.summary.good };
}

/**
 * The result for a message to a helpdesk, without anything about the person: no name, no address, no names of devices.
 * @param about where and for what it was checked; `browser` is the browser's kind and version
 */
export function textOf(findings: Findings, about: { title: string; at: Date; browser: string }): string {
  const lines = CHECKS.flatMap((check) => {
    const finding = findings[check];
    return finding ? [`${words.names[check]}: ${words.verdicts[finding.verdict]}. ${finding.sentence}`] : [];
  });
  return [
    words.text(about.title),
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
  const browser = known?.join(' ') ?? words.unknownBrowser;
  return system ? words.onSystem(browser, system) : browser;
}
