import type { TokenErrorCode } from './errors.ts';
import type { SigningKind } from './templates.ts';
import type {
  Abilities,
  ApplianceKeyAttributes,
  ExamKeyAttributes,
  ExamKeyName,
  ReleaseMode,
  TokenDescription,
  WrapAlgorithm,
} from './token.ts';

/** The token's key for the appliance: to sign with, or, as P-256, to certify one that is kept elsewhere. */
export interface ApplianceKeyOptions {
  label: string;
  kind: SigningKind;
}

export interface OpenOptions {
  module: string;
  parameters: string | undefined;
  label: string;
  pin: string;
  appliance: ApplianceKeyOptions;
  /** What is known from an earlier opening: what the token can do, and the public key that it has to have. */
  known: Abilities | undefined;
  publicKey: Uint8Array | undefined;
}

export interface Opened {
  abilities: Abilities;
  description: TokenDescription;
  /** Of the appliance key, as `Token.ensureApplianceKey` gives it. */
  publicKey: Uint8Array;
}

/** A recipient as the token process can open it again whenever it has to. */
export interface RecipientName {
  id: number;
  /** DER SubjectPublicKeyInfo. */
  spki: Uint8Array;
}

/** What custody may ask of the token process. The name and arguments travel as they are (structured clone). */
export interface TokenCalls {
  open(options: OpenOptions): Opened;
  check(): void;
  createExamKey(kid: string): { spki: Uint8Array; alg: WrapAlgorithm; releaseMode: ReleaseMode };
  hasRoomForExamKey(): boolean;
  examKeyIds(): string[];
  examKeyAttributes(kid: string): ExamKeyAttributes;
  destroyExamKey(kid: string): void;
  rewrap(exam: ExamKeyName, wrapped: Uint8Array, recipient: RecipientName): Uint8Array;
  closeRecipient(id: number): void;
  applianceKeyAttributes(): ApplianceKeyAttributes;
  sign(bytes: Uint8Array): Uint8Array;
  close(): void;
}

export type CallName = keyof TokenCalls;
export type Arguments<Name extends CallName> = Parameters<TokenCalls[Name]>;
export type Result<Name extends CallName> = ReturnType<TokenCalls[Name]>;

export interface Call {
  id: number;
  name: CallName;
  args: unknown[];
}

export type Answer = { id: number; value: unknown } | { id: number; error: { code: TokenErrorCode; detail?: string } };
