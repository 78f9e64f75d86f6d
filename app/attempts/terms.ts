/** The times that hold for one test taker. Pure: the clock is the caller's. */
import type { ExamSetup } from '../../hsm/exam-setup.ts';
import type { Policy } from '../../hsm/policy.ts';
import { uploadBy } from './retention.ts';

const MINUTE_MS = 60_000;

/** What an exam's rules say of time, as custody told them. */
export interface TimeRules {
  policy: Pick<Policy, 'closesAt' | 'uploadHours'>;
  setup: Pick<ExamSetup, 'opensAt' | 'lastEntryMinutes' | 'minutes' | 'breaks'>;
}

/** What one test taker has beyond what everybody has. */
export interface Entitlement {
  /** Minutes on top of the exam's own, all together: of an arrangement, and of extensions for them or for everybody. */
  extraMinutes: number;
}

/** When a test taker may begin, and how long they have. Moments are ISO 8601, UTC. */
export interface Terms {
  /** Null: from the publication on. */
  opensAt: string | null;
  /** Who has not begun by then does not begin any more. Extra minutes do not move it. */
  lastEntryAt: string;
  /** Minutes from their start, the extra ones included; null: until it closes for them. */
  minutes: number | null;
  /** When their time is over at the latest: the exam's closing, and the extra minutes. */
  closesAt: string;
}

/** @returns the times that hold for somebody who sits the exam by these rules, with what they are entitled to beyond */
export function termsOf({ policy, setup }: TimeRules, { extraMinutes }: Entitlement = { extraMinutes: 0 }): Terms {
  const { opensAt, lastEntryMinutes, minutes, breaks } = setup;
  const added = breaks?.addedToTime ? breaks.minutes : 0;
  const closes = Date.parse(policy.closesAt);
  const lastEntry =
    opensAt === null || lastEntryMinutes === null ? closes : Date.parse(opensAt) + lastEntryMinutes * MINUTE_MS;
  // What is recorded after that could not be sent any more.
  const latest = Math.min(closes + extraMinutes * MINUTE_MS, Date.parse(uploadBy(policy)));
  return {
    opensAt,
    lastEntryAt: moment(Math.min(lastEntry, closes)),
    minutes: minutes === null ? null : minutes + added + extraMinutes,
    closesAt: moment(latest),
  };
}

/** @param startedAt ISO 8601, UTC @returns when the time of somebody who began then is over: ISO 8601, UTC */
export function endOf({ minutes, closesAt }: Terms, startedAt: string): string {
  if (minutes === null) return closesAt;
  return moment(Math.min(Date.parse(startedAt) + minutes * MINUTE_MS, Date.parse(closesAt)));
}

/** @param now milliseconds @returns whether somebody who has not begun may begin: not yet, now, or not any more */
export function entryAt({ opensAt, lastEntryAt }: Terms, now: number): 'early' | 'open' | 'late' {
  if (opensAt !== null && now < Date.parse(opensAt)) return 'early';
  return now > Date.parse(lastEntryAt) ? 'late' : 'open';
}

const moment = (at: number): string => new Date(at).toISOString();
