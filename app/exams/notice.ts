import { z } from 'zod';
import type { RecordedKinds } from '../wire.ts';

const words = z.string().trim().min(1).max(2000);

const contact = z.strictObject({ name: words, email: z.email() });

const quality = z.strictObject({
  /** Frames a second; below 1 these are stills. */
  frameRate: z.number().min(0.1).max(30),
  /** Bits a second. */
  bitrate: z.int().min(10_000).max(4_000_000),
});
const bounds = z
  .strictObject({ most: quality, least: quality })
  .refine(
    ({ most, least }) => least.frameRate <= most.frameRate && least.bitrate <= most.bitrate,
    'has a lower bound above its upper one',
  );

/** How finely camera and screen are recorded; what stands here where an exam says nothing else. */
export const boundsSchema = z.strictObject({ camera: bounds, screen: bounds }).default({
  camera: { most: { frameRate: 15, bitrate: 400_000 }, least: { frameRate: 0.5, bitrate: 40_000 } },
  screen: { most: { frameRate: 5, bitrate: 600_000 }, least: { frameRate: 0.2, bitrate: 40_000 } },
});

/**
 * What a test taker is told about an exam's recording, beyond the rules that custody enforces (purposes, retention).
 * Stored as JSON with the exam. Nothing in it can ask for something to be worn, taken off or paid.
 */
export const noticeSchema = z.strictObject({
  /** The unit (faculty, course) that holds the exam and answers for the recording. */
  unit: words,
  /** Why each kind of recording is needed, in words for the test taker. A kind without such words is not recorded. */
  necessity: z
    .strictObject({ camera: words.optional(), microphone: words.optional(), screen: words.optional() })
    .refine(({ camera, screen }) => camera !== undefined || screen !== undefined, 'names neither camera nor screen'),
  /** How finely each is recorded at most, and at least where line or processor bear no more: stills and sound rather than nothing. */
  bounds: boundsSchema,
  /** Who may be allowed to watch: "two reviewers appointed by the examination board". */
  reviewers: words,
  /** The other way to sit the exam, whom to ask for it, and how soon they answer. */
  arrangement: z.strictObject({ alternative: words, contact, answerDays: z.int().min(1).max(60) }),
  /** Whom to complain to. */
  privacyOfficer: contact,
  legalBasis: words,
  /** Seconds of recording under one key: what one permission to watch can be limited to. */
  chapterSeconds: z.int().min(5).max(1800).default(300),
});

export type Notice = z.infer<typeof noticeSchema>;

/** @returns what the exam records: the kinds whose necessity is stated */
export function kindsOf({ necessity, bounds }: Notice): RecordedKinds {
  const sources = (['camera', 'screen'] as const).filter((source) => necessity[source] !== undefined);
  return { sources, sound: necessity.microphone !== undefined, bounds };
}

/** A person to write to. */
export type Contact = z.infer<typeof contact>;

/** Where the exam itself is: a page of this appliance or an https address. No other scheme ever becomes a link. */
export const examPageSchema = z.union([
  z.string().regex(/^\/(?![/\\])/, 'has to begin with one slash'),
  z.url({ protocol: /^https$/ }),
]);
