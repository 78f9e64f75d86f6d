import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Answer, ApplianceKeyOptions, Arguments, Call, CallName, Opened, RecipientName, Result } from './calls.ts';
import { samePin } from '../sealing/pin-file.ts';
import { TokenError } from './errors.ts';
import type { Abilities, ExamKeyAttributes, ExamKeyName, TokenDescription, WrapAlgorithm } from './token.ts';

export type { ExamKeyName } from './token.ts';

/** A reviewer's public key. It outlives the token process: whichever opens it next. */
export type Recipient = RecipientName;

export interface TokenClientOptions {
  /** Path of the PKCS#11 module, and what it wants to be told at C_Initialize. */
  module: string;
  parameters?: string | undefined;
  label: string;
  appliance: ApplianceKeyOptions;
  /** The appliance's public key where there is one already: a token with another one is refused. */
  publicKey?: Uint8Array | undefined;
  log?: Logger | undefined;
}

/** The bundle has the process beside it; run from source, it is the file. */
const PROCESS = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './process.ts' : './token.js', import.meta.url),
);

/**
 * Calls that the token process has at a time, and how few of them are left when it gets more: more than it has sessions, so that none of
 * those ever waits for the channel, and far enough apart that calls travel in company.
 */
const WINDOW = 24;
const LOW_WATER = 12;
/** Calls that wait here. At hundreds a second more would only wait longer than anybody does. */
const MOST_WAITING = 2_000;
/** Milliseconds for an answer. Nobody can call a PKCS#11 operation back: a token process that keeps one to itself is killed. */
const PATIENCE = 8_000;
/** The same where the token makes keys: a smart card takes minutes. */
const LONG_PATIENCE = 180_000;
const LONG: ReadonlySet<CallName> = new Set(['createExamKey', 'hasRoomForExamKey']);
/** The same for opening it: the first time with a trial of everything. */
const OPENING_PATIENCE = 120_000;
const REOPENING_PATIENCE = 20_000;
const CLOSING_PATIENCE = 2_000;
/** Milliseconds before the first new try to open it, and the most between two. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;
/** How often a token that nobody asks for anything is asked whether it is there. */
const CHECK_MS = 5_000;
/** So many calls in a row that fail say that the token does. */
const MOST_FAILURES = 3;

/** What trying again does not mend, or makes worse: a token counts wrong PINs. */
const LASTING = ['pin-wrong', 'pin-locked'];
/** What the first opening can find that is a matter of how the appliance is set up. */
const MISTAKES = [
  ...LASTING,
  'module-missing',
  'module-unusable',
  'token-ambiguous',
  'token-exchanged',
  'log-key-missing',
  'template-refused',
];

interface Waiting extends Call {
  patience: number;
  signal: AbortSignal | undefined;
  giveUp: () => void;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
  timer?: NodeJS.Timeout;
}

/**
 * The token as the rest of custody knows it: a process of its own does the work, is watched, and is started anew when it hangs, crashes
 * or loses the token. Until it is back everything is refused with `token-away`, at once.
 */
export class TokenClient {
  /** Called each time the token has been opened. */
  onOpen: () => void = () => {};
  readonly #options: TokenClientOptions;
  #pin = '';
  #child: ChildProcess | undefined;
  #opened: Opened | undefined;
  #state: 'closed' | 'away' | 'open' = 'closed';
  #reason = new TokenError('token-away', 'not opened yet');
  /** Those that others wait behind go first: a signature of the ledger lets a whole group go on. */
  readonly #urgent: Waiting[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #underWay = new Map<number, Waiting>();
  #outbox: Call[] = [];
  #nextId = 0;
  #failures = 0;
  #pause = FIRST_PAUSE;
  #retry: NodeJS.Timeout | undefined;
  #check: NodeJS.Timeout | undefined;

  constructor(options: TokenClientOptions) {
    this.#options = options;
  }

  /** Whether the token can be used now. */
  get state(): 'open' | 'away' {
    return this.#state === 'open' ? 'open' : 'away';
  }

  /** The best key transport that the token really does, as it was found when it was last opened. @throws TokenError token-away before that */
  get algorithm(): WrapAlgorithm {
    return this.#known().abilities.algorithm;
  }

  /** What the token was found to do; undefined before it was opened once. */
  get abilities(): Abilities | undefined {
    return this.#opened?.abilities;
  }

  /** The public half of the appliance's key in the token. @throws TokenError token-away before it was opened once */
  get publicKey(): Uint8Array {
    return this.#known().publicKey;
  }

  /** What the token said about itself when it was last opened; undefined before it was opened once. */
  describe(): TokenDescription | undefined {
    return this.#opened?.description;
  }

  /** Whether this is the PIN that the token is opened with, in a time that tells nothing of it. */
  isOpenedBy(pin: Uint8Array): boolean {
    return samePin(Buffer.from(this.#pin), pin);
  }

  /**
   * Starts the token process and has it open the token. From then on it is opened again by itself whenever it is lost.
   * @returns when it is open, or away in a way that may pass; it is tried again then
   * @throws TokenError when something has to be set right first (PIN, module, label, token); nothing is tried again then
   */
  async open(pin: string): Promise<void> {
    this.#pin = pin;
    this.#state = 'away';
    this.#check = setInterval(() => this.#lookAfter(), CHECK_MS);
    this.#check.unref();
    try {
      await this.#start();
    } catch (error) {
      if (!(error instanceof TokenError) || !MISTAKES.includes(error.code)) return;
      await this.close();
      throw error;
    }
  }

  /** @throws TokenError key-exists, template-refused (nothing is left behind), token-full, token-away */
  createExamKey(kid: string): Promise<Result<'createExamKey'>> {
    return this.#call('createExamKey', [kid]);
  }

  /** Whether another exam's key fits into the token; takes as long as making one, where the token does not tell. */
  hasRoomForExamKey(): Promise<boolean> {
    return this.#call('hasRoomForExamKey', []);
  }

  /** Names of all exam keys in the token. */
  examKeyIds(): Promise<string[]> {
    return this.#call('examKeyIds', []);
  }

  /** @throws TokenError key-missing, token-away */
  examKeyAttributes(kid: string): Promise<ExamKeyAttributes> {
    return this.#call('examKeyAttributes', [kid]);
  }

  /** Destroys both halves: nothing sealed to this exam can be released any more. @throws TokenError key-missing, token-away */
  destroyExamKey(kid: string): Promise<void> {
    return this.#call('destroyExamKey', [kid]);
  }

  /**
   * Names a reviewer's public key for releases; the first of them puts it into the token, or is refused. Close it when the view ends.
   * @param spki DER SubjectPublicKeyInfo
   */
  nameRecipient(spki: Uint8Array): Recipient {
    return { id: this.#nextId++, spki: Uint8Array.from(spki) };
  }

  async closeRecipient({ id }: Recipient): Promise<void> {
    // A token process that is gone has closed it with everything else.
    if (this.#state === 'open') await this.#call('closeRecipient', [id]).catch(() => undefined);
  }

  /**
   * Releases one chapter key: out of its envelope and under the recipient's key, in the way that the exam key was made for.
   * @param wrapped the envelope's wrapped key
   * @param signal gives up while it waits
   * @returns the chapter key under the recipient's key with the exam key's algorithm
   * @throws TokenError key-missing, template-refused, envelope-unreadable, recipient-refused, token-full, token-busy, token-away, failed;
   *   the signal's reason
   */
  rewrap(exam: ExamKeyName, wrapped: Uint8Array, recipient: Recipient, signal?: AbortSignal): Promise<Uint8Array> {
    const { kid, alg, releaseMode } = exam;
    return this.#call('rewrap', [{ kid, alg, releaseMode }, wrapped, recipient], { signal });
  }

  /** @throws TokenError token-away */
  applianceKeyAttributes(): Promise<Result<'applianceKeyAttributes'>> {
    return this.#call('applianceKeyAttributes', []);
  }

  /** Signs with the appliance key; see {@link Token.sign}. @throws TokenError token-away, token-busy, failed */
  sign(bytes: Uint8Array): Promise<Uint8Array> {
    return this.#call('sign', [bytes], { urgent: true });
  }

  /** Logs out and ends the token process. It can be opened again. */
  async close(): Promise<void> {
    clearInterval(this.#check);
    clearTimeout(this.#retry);
    if (this.#state === 'open') await this.#call('close', [], { patience: CLOSING_PATIENCE }).catch(() => undefined);
    this.#state = 'closed';
    this.#pin = '';
    this.#drop(new TokenError('token-away', 'closed'));
  }

  async #start(): Promise<void> {
    const { module, parameters, label, appliance, publicKey, log } = this.#options;
    const child = fork(PROCESS, { serialization: 'advanced' });
    this.#child = child;
    child.on('message', (answers: Answer[]) => child === this.#child && this.#settle(answers));
    child.on('error', (error) => child === this.#child && this.#lose(new TokenError('token-away', error.name)));
    child.on('exit', (code, signal) => {
      if (child === this.#child) this.#lose(new TokenError('token-away', `its process ended: ${signal ?? code}`));
    });
    const known = this.#opened?.abilities;
    const expected = this.#opened?.publicKey ?? publicKey;
    const options = { module, parameters, label, pin: this.#pin, appliance, known, publicKey: expected };
    const patience = known ? REOPENING_PATIENCE : OPENING_PATIENCE;
    try {
      this.#opened = await new Promise<Opened>((resolve, reject) =>
        this.#send(this.#prepare('open', [options], { patience, resolve, reject })),
      );
    } catch (error) {
      if (child === this.#child) this.#lose(error as TokenError);
      throw error;
    }
    this.#state = 'open';
    this.#failures = 0;
    log?.info({ token: this.#opened.description, ...this.#opened.abilities }, 'token open');
    this.onOpen();
  }

  #known(): Opened {
    if (!this.#opened) throw this.#reason;
    return this.#opened;
  }

  #call<Name extends CallName>(
    name: Name,
    args: Arguments<Name>,
    options: { urgent?: boolean; patience?: number; signal?: AbortSignal | undefined } = {},
  ): Promise<Result<Name>> {
    return new Promise((resolve, reject) => {
      const { urgent = false, signal } = options;
      if (signal?.aborted) return reject(signal.reason);
      if (this.#state !== 'open') return reject(this.#reason);
      const queue = urgent ? this.#urgent : this.#waiting;
      if (queue.length >= MOST_WAITING) return reject(new TokenError('token-busy', name));
      const call = this.#prepare(name, args, { ...options, resolve, reject });
      call.giveUp = () => {
        const at = queue.indexOf(call);
        if (at < 0) return;
        queue.splice(at, 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', call.giveUp, { once: true });
      queue.push(call);
      // Not at once: what else is asked for in this turn goes out in the same message.
      queueMicrotask(() => this.#pump());
    });
  }

  #prepare(
    name: CallName,
    args: unknown[],
    options: Pick<Waiting, 'resolve' | 'reject'> & { patience?: number; signal?: AbortSignal | undefined },
  ): Waiting {
    const { patience = LONG.has(name) ? LONG_PATIENCE : PATIENCE, signal, resolve, reject } = options;
    return { id: this.#nextId++, name, args, patience, signal, giveUp: () => undefined, resolve, reject };
  }

  #pump(): void {
    for (let call = this.#urgent.shift(); call; call = this.#urgent.shift()) this.#send(call);
    if (this.#underWay.size > LOW_WATER) return;
    while (this.#underWay.size < WINDOW) {
      const call = this.#waiting.shift();
      if (!call) return;
      this.#send(call);
    }
  }

  /** Calls of one turn of the event loop go out together: each message costs both processes. */
  #send(call: Waiting): void {
    call.signal?.removeEventListener('abort', call.giveUp);
    this.#underWay.set(call.id, call);
    call.timer = setTimeout(
      () => this.#lose(new TokenError('token-away', `no answer to ${call.name} within ${call.patience} ms`)),
      call.patience,
    );
    const { id, name, args } = call;
    if (this.#outbox.push({ id, name, args }) > 1) return;
    queueMicrotask(() => {
      // A child that is just ending; its end is told by itself.
      this.#child?.send(this.#outbox, () => undefined);
      this.#outbox = [];
    });
  }

  #settle(answers: Answer[]): void {
    let lost: TokenError | undefined;
    for (const answer of answers) {
      const call = this.#underWay.get(answer.id);
      if (!call) continue;
      this.#underWay.delete(answer.id);
      clearTimeout(call.timer);
      if ('value' in answer) {
        this.#failures = 0;
        if (call.name !== 'open') this.#pause = FIRST_PAUSE;
        call.resolve(answer.value as never);
        continue;
      }
      const error = new TokenError(answer.error.code, answer.error.detail);
      call.reject(error);
      if (error.code === 'failed') this.#failures++;
      if (call.name !== 'open' && (error.code === 'token-away' || this.#failures >= MOST_FAILURES)) lost = error;
    }
    if (lost) this.#lose(lost);
    else this.#pump();
  }

  /** The token, or the process that has it, is gone: tells everybody, and begins anew after a pause that grows. */
  #lose(error: TokenError): void {
    if (this.#state === 'closed') return;
    const lasting = LASTING.includes(error.code);
    this.#options.log?.warn(
      { code: error.code, detail: error.detail, retryMs: lasting ? null : this.#pause },
      'token away',
    );
    this.#state = 'away';
    this.#drop(new TokenError('token-away', error.detail ?? error.code));
    clearTimeout(this.#retry);
    if (lasting) return;
    this.#retry = setTimeout(() => void this.#start().catch(() => undefined), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  /** Ends the token process, whatever it does, and everything that waits for it. */
  #drop(reason: TokenError): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
    this.#reason = reason;
    this.#outbox = [];
    const calls = [...this.#underWay.values(), ...this.#urgent.splice(0), ...this.#waiting.splice(0)];
    this.#underWay.clear();
    for (const call of calls) {
      clearTimeout(call.timer);
      call.signal?.removeEventListener('abort', call.giveUp);
      call.reject(reason);
    }
  }

  #lookAfter(): void {
    if (this.#state === 'open' && this.#underWay.size === 0) this.#call('check', []).catch(() => undefined);
  }
}
