import type { RecordedKinds, Source } from '../../wire.ts';
import type { PageMessage, WorkerMessage } from '../recorder/messages.ts';

/** From the page to the practice run's worker: what the exam records comes before all that the recorder says. */
export type PracticePageMessage = { kind: 'kinds'; kinds: RecordedKinds } | PageMessage;

/** From the practice run's worker to the page. */
export type PracticeWorkerMessage =
  | WorkerMessage
  /** Comes before `sealed`: the end of what would have been recorded, encrypted, with the only key that opens it. */
  | ({ kind: 'practised' } & Practised);

/** The end of a practice run, as the reading room would have it of an exam. */
export interface Practised {
  /** RSA-OAEP, to unwrap the envelopes; cannot be extracted. */
  privateKey: CryptoKey;
  recordings: PractisedRecording[];
}

export interface PractisedRecording {
  recording: string;
  source: Source;
  mimeType: string;
  /** Epoch ms at which the recording's timeline begins. */
  zero: number;
  /** Canonical JSON of each chapter's envelope. */
  envelopes: { chapter: number; envelope: string }[];
  /** In the order of their numbers, each as it was sent: metadata and SFrame ciphertext. */
  segments: { number: number; chapter: number; body: Uint8Array<ArrayBuffer> }[];
}
