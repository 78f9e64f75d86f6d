import { z } from 'zod';
import { paragraph } from './acts/wording.ts';
import { RESTRICTED_PLACE } from './restriction.ts';

/** The room shows them to whoever signs: nothing in them may make an act read otherwise than its bytes say. */
const words = paragraph(2000).min(1);

const contact = z.strictObject({ name: words, email: z.email() });
/** A person to write to. */
export type Contact = z.infer<typeof contact>;

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

/** Where the exam itself is: a page of this appliance or an https address. No other scheme ever becomes a link. */
export const examAddress = z.union([
  z.string().regex(/^\/(?![/\\])/, 'has to begin with one slash'),
  z.url({ protocol: /^https$/ }),
]);

/** Types of file that a browser shows by itself. */
export const DOCUMENT_TYPES = ['application/pdf', 'image/png', 'image/jpeg', 'text/plain'] as const;

const document = z.strictObject({
  name: paragraph(200).min(1),
  type: z.enum(DOCUMENT_TYPES),
  bytes: z.int().min(1),
  /** SHA-256 of the file, base64url: test takers are shown this file and no other. */
  digest: z.base64url().length(43),
});
export type ExamDocument = z.infer<typeof document>;

/** What the recorder's page can give test takers beside documents. */
export const AIDS = ['calculator', 'scratch-pad'] as const;
export type Aid = (typeof AIDS)[number];

const place = z.discriminatedUnion('kind', [
  /** A page elsewhere, which the recorder opens in a window of its own. */
  z.strictObject({
    kind: z.literal('elsewhere'),
    address: examAddress,
    /** That page asks for a password, which test takers are shown while they are recorded. The password itself is web's alone to keep. */
    asksPassword: z.literal(true).optional(),
  }),
  /** Files that the recorder's page shows while the attempt runs, and in which test takers hand in files. */
  z.strictObject({
    kind: z.literal('document'),
    documents: z.array(document).min(1).max(10),
    /** In the order of {@link AIDS}; left out where there is none. */
    aids: z
      .array(z.enum(AIDS))
      .min(1)
      .refine((aids) => aids.join() === AIDS.filter((aid) => aids.includes(aid)).join(), 'names each once, in order')
      .optional(),
  }),
  /** Questions and answers on paper, beside the computer. */
  z.strictObject({ kind: z.literal('paper') }),
]);
export type ExamPlace = z.infer<typeof place>;

/**
 * What a test taker is told about an exam, beyond the rules that custody enforces (see hsm/policy.ts). It is published with them, as one
 * act, and shown to test takers word for word.
 */
export const examSetup = z
  .strictObject({
    /** In which the exam's own texts are written, and its pages are shown unless the test taker chooses otherwise. */
    language: z.enum(['en', 'de']).default('en'),
    /** The office that holds the exam and answers for the recording. */
    unit: words,
    place,
    /** What test takers may use and have to know. */
    instructions: paragraph(5000).default(''),
    /** ISO 8601, UTC: before it no attempt begins. Null: from the publication on. */
    opensAt: z.iso.datetime().nullable().default(null),
    /** Minutes after `opensAt` in which an attempt can begin. Null: until the exam closes. */
    lastEntryMinutes: z.int().min(5).max(10_080).nullable().default(null),
    /** Minutes that a test taker has from their start. Null: until the exam closes. */
    minutes: z.int().min(5).max(1440).nullable().default(null),
    /** Breaks that every test taker may take, and in which nothing is recorded. Left out: there are none. */
    breaks: z
      .strictObject({
        /** In all. */
        minutes: z.int().min(1).max(240),
        /** Whether everybody's time is longer by them; else they are a part of it, and the clock goes on. */
        addedToTime: z.boolean(),
      })
      .optional(),
    /** Why each kind of recording is needed, in words for the test taker. A kind without such words is not recorded. */
    necessity: z
      .strictObject({ camera: words.optional(), microphone: words.optional(), screen: words.optional() })
      .refine(({ camera, screen }) => camera !== undefined || screen !== undefined, 'names neither camera nor screen'),
    /** Why each restriction of the page is needed, in words for the test taker. What has no such words is not restricted. */
    restrictions: z
      .strictObject({
        'full-screen': words.optional(),
        'left-page': words.optional(),
        'one-screen': words.optional(),
        clipboard: words.optional(),
      })
      .default({}),
    /** How finely each is recorded at most, and at least where line or processor bear no more: stills and sound rather than nothing. */
    bounds: boundsSchema,
    /** Who may be allowed to watch: "two reviewers appointed by the examination board". */
    reviewers: words,
    /** The other way to sit the exam, whom to ask for it, and how soon they answer. */
    arrangement: z.strictObject({ alternative: words, contact, answerDays: z.int().min(1).max(60) }),
    /** Whom to complain to. */
    privacyOfficer: contact,
    legalBasis: words,
    /** That neither being recorded nor another arrangement costs test takers anything. Nothing else can be published. */
    costsNothing: z.literal(true),
    /** Seconds of recording under one key: what one permission to watch can be limited to. */
    chapterSeconds: z.int().min(5).max(1800).default(300),
  })
  .refine(({ place, restrictions }) => place.kind === RESTRICTED_PLACE || Object.keys(restrictions).length === 0, {
    message: 'stand only where the page shows the exam itself',
    path: ['restrictions'],
  });
export type ExamSetup = z.infer<typeof examSetup>;
/** A set-up as it is proposed: what has a default may be left out. */
export type ExamSetupInput = z.input<typeof examSetup>;
