/** Shapes that cross between browser and server. Pure: no I/O, no imports. */

/** What a recording shows. The number stands in each segment's metadata. */
export const SOURCES = { camera: 1, screen: 2 } as const;
export type Source = keyof typeof SOURCES;

/**
 * Why nothing was recorded for a while. Neutral, every one of them: never held against anyone.
 * - reload: the page was loaded again
 * - closed: the page, the browser or the computer was closed or ended by itself
 * - asleep: the computer slept, or its lid was closed
 * - device: the camera or the microphone gave nothing, or was unplugged
 * - permission: the browser's permission was withdrawn
 * - sharing: the sharing of the screen ended, or something else than the screen was shared
 * - space: the browser had no room left to keep what was not yet sent
 * - break: the test taker was on a break that they may take
 * - after-break: its minutes were over, and the test taker had not gone on yet
 */
export const GAP_CAUSES = [
  ...(['reload', 'closed', 'asleep', 'device', 'permission', 'sharing', 'space'] as const),
  ...(['break', 'after-break'] as const),
] as const;
export type GapCause = (typeof GAP_CAUSES)[number];

/**
 * What an exam can restrict in the page that shows it (hsm/restriction.ts). All but the clipboard are noted as incidents of the same name,
 * where they are not kept to.
 */
export const RESTRICTIONS = ['full-screen', 'left-page', 'one-screen', 'clipboard'] as const;
export type Restriction = (typeof RESTRICTIONS)[number];

/** How finely a source is recorded. */
export interface Quality {
  /** Frames a second; below 1 these are stills. */
  frameRate: number;
  /** Bits a second of the picture. */
  bitrate: number;
}

/** What a source is recorded with: `most` on a good line, down to `least` where line or processor bear no more. */
export interface QualityBounds {
  most: Quality;
  least: Quality;
}

/** What an exam records. Its notice says why, for each kind. */
export interface RecordedKinds {
  /** At least one; in this order. */
  sources: Source[];
  /** Whether sound is recorded: with the camera, or with the screen where there is no camera. */
  sound: boolean;
  bounds: Record<Source, QualityBounds>;
}

/** Bytes before the SFrame ciphertext in a segment's body, bound to it as additional data. */
export const METADATA_BYTES = 32;
const METADATA_VERSION = 1;
const KEYFRAME = 1;
const INIT = 2;

export interface SegmentMetadata {
  /** UUID of the recording. */
  recording: string;
  source: Source;
  /** Whether the segment begins with a keyframe and so decodes alone after its init. */
  keyframe: boolean;
  /** Whether this is an init segment (WebM header); each chapter begins with one. */
  init: boolean;
  /** Microseconds on the recording's timeline. For an init segment: where this run of the recorder began. */
  start: number;
  /** Microseconds. */
  duration: number;
}

/**
 * Writes a segment's metadata: version, source, flags, a zero, UUID (16), start µs (u64), duration µs (u32), big endian.
 * @returns 32 bytes
 */
export function encodeMetadata(metadata: SegmentMetadata): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(METADATA_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = METADATA_VERSION;
  bytes[1] = SOURCES[metadata.source];
  bytes[2] = (metadata.keyframe ? KEYFRAME : 0) | (metadata.init ? INIT : 0);
  bytes.set(uuidBytes(metadata.recording), 4);
  view.setBigUint64(20, BigInt(Math.round(metadata.start)));
  view.setUint32(28, Math.round(metadata.duration));
  return bytes;
}

/**
 * Reads a segment's metadata from the first 32 bytes of its body.
 * @throws RangeError when the bytes are too few or of another version or source
 */
export function decodeMetadata(bytes: Uint8Array): SegmentMetadata {
  if (bytes.length < METADATA_BYTES) throw new RangeError('segment metadata is cut short');
  if (bytes[0] !== METADATA_VERSION) throw new RangeError(`segment metadata of version ${bytes[0]} is not known`);
  const source = (Object.keys(SOURCES) as Source[]).find((name) => SOURCES[name] === bytes[1]);
  if (!source) throw new RangeError(`segment source ${bytes[1]} is not known`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = bytes[2] ?? 0;
  return {
    recording: uuidText(bytes.subarray(4, 20)),
    source,
    keyframe: (flags & KEYFRAME) !== 0,
    init: (flags & INIT) !== 0,
    start: Number(view.getBigUint64(20)),
    duration: view.getUint32(28),
  };
}

/** @returns the 16 bytes of a UUID in its usual text form */
export function uuidBytes(text: string): Uint8Array<ArrayBuffer> {
  const hex = text.replaceAll('-', '');
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** @returns a UUID's text form from its 16 bytes */
export function uuidText(bytes: Uint8Array): string {
  let hex = '';
  for (let i = 0; i < 16; i++) hex += HEX[bytes[i] ?? 0];
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** JOSE names of the algorithms that wrap a chapter key (RFC 7518 section 4.3). */
export type EnvelopeAlgorithm = 'RSA-OAEP' | 'RSA-OAEP-256';

/** A chapter key under the exam key. Travels and is digested as canonical JSON (RFC 8785). Binary values are base64url. */
export interface Envelope {
  v: 1;
  alg: EnvelopeAlgorithm;
  exam: string;
  attempt: string;
  recording: string;
  chapter: number;
  /** The exam key's id. */
  kid: string;
  /** The wrapped 32 bytes of the chapter key. */
  key: string;
}

/** What the attempt key signs for a chapter, as canonical JSON. */
export interface ChapterStatement {
  type: 'chapter';
  attempt: string;
  recording: string;
  chapter: number;
  /** Numbers of the first and the last segment, init included. */
  first: number;
  last: number;
  /** Numbers in between that never reached the appliance. */
  missing: number[];
  /** SHA-256 over the SHA-256 digests of the present segments' bodies, in the order of their numbers. */
  digest: string;
}

/** What the attempt key signs of something that the recorder noted, as canonical JSON. */
export interface IncidentStatement {
  type: 'incident';
  attempt: string;
  recording: string;
  chapter: number;
  /** Seconds on the recording's timeline. */
  from: number;
  to: number;
  kind: Restriction;
}

/** What the attempt key signs at the end, as canonical JSON. */
export interface SealStatement {
  type: 'seal';
  exam: string;
  attempt: string;
  recordings: {
    recording: string;
    chapters: number;
    segments: number;
    /** SHA-256 over the SHA-256 digests of the chapter statements, in the order of their chapters. */
    digest: string;
  }[];
  /** ISO 8601, UTC. */
  endedAt: string;
}

/** A statement's canonical bytes as text, and the ECDSA P-256 SHA-256 signature (IEEE P1363) over them. */
export interface SignedStatement {
  statement: string;
  signature: string;
}

/** What the recorder gets when it starts an attempt or comes back to one. */
export interface AttemptStart extends RecordedKinds {
  exam: string;
  attempt: string;
  examKey: ExamKey;
  /** Seconds after which the recorder begins a new chapter. */
  chapterSeconds: number;
  /** Most bytes that one segment's body may have. */
  segmentLimit: number;
  /** What the page that shows the exam restricts for this test taker. */
  restrictions: Restriction[];
  /** Minutes of breaks that the test taker may take in all. */
  breakMinutes: number;
  /** Seconds of them that were taken in other browsers. */
  breakSecondsElsewhere: number;
  /** Address of the exam itself, opened in a new window; null of one on paper. */
  examPage: string | null;
  /** Until when what was recorded can be sent: ISO 8601, UTC. */
  uploadBy: string;
  /** Those of this browser's attempt key. */
  recordings: RecordingState[];
  /** What a seal has to say of the recordings that other browsers of the test taker made in this attempt. */
  earlier: SealStatement['recordings'];
}

/** What a recorder hears when it says how it stands: the appliance's clock, and when the test taker's time is over. ISO 8601, UTC. */
export interface OwnTime {
  now: string;
  endsAt: string;
  /** Minutes of breaks that they may take in all. */
  breakMinutes: number;
}

export interface RecordingState {
  recording: string;
  source: Source;
  /** When the recording's timeline began: ISO 8601, UTC. */
  startedAt: string;
  /** The next free segment number and chapter number. */
  nextSegment: number;
  nextChapter: number;
}

/** An exam's public key and the appliance key's word for it. */
export interface ExamKey {
  kid: string;
  alg: EnvelopeAlgorithm;
  /** SubjectPublicKeyInfo, base64url. */
  spki: string;
  /** Whether chapter keys stay inside the token when they are released; missing or null where the statement does not say it: they do. */
  releaseMode?: 'in-token' | 'host-transient' | null;
  /** Ed25519 by the appliance key over the canonical JSON of {type:'exam-key',exam,kid,alg,releaseMode,spki}. */
  signature: string;
  /** The appliance key: 32 raw bytes, base64url. */
  applianceKey: string;
}

/** A ledger entry opened, with what proves that it is in the ledger. Saved by the test taker. */
export interface Receipt {
  cloister: 'receipt/v1';
  entry: { index: number; type: string; salt: string; body: string };
  /** C2SP tlog-checkpoint, a signed note. */
  checkpoint: string;
  /** RFC 6962 inclusion proof, base64url. */
  proof: string[];
  /** note verifier key (name+hash+base64). */
  verifierKey: string;
}

/** One segment in the player's index. */
export interface IndexSegment {
  number: number;
  chapter: number;
  init: boolean;
  /** Microseconds on the recording's timeline. */
  start: number;
  duration: number;
  bytes: number;
}

/** What the player gets before it plays: all of it is metadata. */
export interface GrantIndex {
  grant: string;
  attempt: string;
  /** ISO 8601, UTC. */
  expiresAt: string;
  purpose: string;
  /** Drawn over the picture: who watches, when. */
  watermark: string;
  /** What the test taker's browser noted and signed; seconds on the recording's timeline. */
  incidents: { recording: string; chapter: number; from: number; to: number; kind: string }[];
  recordings: {
    recording: string;
    source: Source;
    startedAt: string;
    mimeType: string;
    /** Chapters whose keys this grant may ask for. */
    chapters: number[];
    /** Chapters that custody knows and that are not part of this release. */
    withheld: number[];
    segments: IndexSegment[];
    /** Microseconds on the recording's timeline. */
    gaps: { from: number; to: number; cause: GapCause }[];
  }[];
}

/** A chapter key under the reviewer's ephemeral key. */
export interface ReleasedKey {
  recording: string;
  chapter: number;
  /** RSA-OAEP (hash as in `alg`) of the 32 bytes, base64url. */
  key: string;
  alg: EnvelopeAlgorithm;
}

/** What the player reports of a session: seconds on the recording's timeline that were really shown. */
export interface ViewingReport {
  intervals: { recording: string; from: number; to: number }[];
}

/** Why the player refused a segment. */
export type SegmentFault = 'altered' | 'misplaced' | 'foreign-recording' | 'foreign-chapter' | 'unreadable';

/** A file that a test taker handed in, as their receipt has it. */
export interface HandIn {
  name: string;
  bytes: number;
  /** SHA-256, base64url. */
  digest: string;
  /** ISO 8601, UTC. */
  handedInAt: string;
  /** Whether it is the last one of its name: the one that counts. */
  counts: boolean;
}

/** What a failed request answers to scripts. */
export interface ErrorBody {
  error: string;
  message: string;
  retryable: boolean;
  requestId: string;
}

export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @throws a DOMException when the text is not base64url */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
}
