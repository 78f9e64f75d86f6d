import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { type MailSettings, readPassword } from './settings.ts';

/** Milliseconds for a server to answer at all. */
const GREETING = 30_000;
/** What a server may take to say that it has a message (RFC 5321 section 4.5.3.2.6): ending it sooner would have mail arrive twice. */
const ANSWER = 10 * 60_000;
/** Longest part of a server's answer that is kept. */
const LONGEST_REPLY = 300;

/** Why no mail can be handed over, whoever it is for. */
export type Trouble = 'unreachable' | 'no-encryption' | 'certificate' | 'login' | 'password-file' | 'sender' | 'busy';

/** No mail can be handed over at the moment. It was handed to nobody. */
export class MailServerAway extends Error {
  readonly trouble: Trouble;
  /** What the server said, on one line; null where it said nothing. */
  readonly reply: string | null;
  /** Codes alone: they go to the log, what servers say can hold addresses. */
  readonly codes: Record<string, unknown>;

  constructor(trouble: Trouble, error: SmtpError) {
    super(`the mail server is away: ${trouble}`);
    this.trouble = trouble;
    this.reply = replyOf(error);
    this.codes = codesOf(error);
  }
}

/** What became of a mail. Only `uncertain` leaves open whether it was taken: the line broke behind its last byte. */
export type Outcome =
  | { kind: 'taken' }
  | { kind: 'refused'; fault: 'address' | 'message'; reply: string | null }
  | { kind: 'later'; reply: string | null }
  | { kind: 'uncertain' };

/** A mail for one person, whole (RFC 5322). */
export interface Mail {
  to: string;
  message: Buffer;
}

interface SmtpError extends Error {
  code?: string;
  originalCode?: string;
  command?: string;
  responseCode?: number | false;
  response?: string | false;
}

/** The campus's mail server: one connection, over which one mail follows another. */
export class MailServer {
  readonly #settings: MailSettings;
  #connection: SMTPConnection | undefined;
  #opening: SMTPConnection | undefined;

  constructor(settings: MailSettings) {
    this.#settings = settings;
  }

  /**
   * Connects and signs in, unless that was done and lasts.
   * @returns what the connection is encrypted with, such as TLSv1.3; null where it is not
   * @throws MailServerAway
   */
  async open(): Promise<string | null> {
    const { host, port, encryption, user } = this.#settings;
    const there = this.#connection;
    if (there) return encryptionOf(there);
    let pass: string;
    try {
      pass = readPassword(this.#settings);
    } catch (error) {
      throw new MailServerAway('password-file', error as SmtpError);
    }
    const connection = new SMTPConnection({
      ...{ host, port },
      secure: encryption === 'tls-first',
      requireTLS: encryption === 'starttls',
      ignoreTLS: encryption === 'none',
      ...{ connectionTimeout: GREETING, greetingTimeout: GREETING, socketTimeout: ANSWER },
      tls: { minVersion: 'TLSv1.2' },
    });
    const gone = () => {
      if (this.#connection === connection) this.#connection = undefined;
    };
    connection.on('error', gone);
    connection.on('end', gone);
    this.#opening = connection;
    try {
      await during(connection, (done) => connection.connect(done));
      if (user !== undefined) await during(connection, (done) => connection.login({ user, pass }, done));
    } catch (error) {
      connection.close();
      throw new MailServerAway(troubleOf(error as SmtpError), error as SmtpError);
    } finally {
      this.#opening = undefined;
    }
    this.#connection = connection;
    return encryptionOf(connection);
  }

  /**
   * Hands one mail over.
   * @throws MailServerAway where it surely was not taken and the next one would not be either
   */
  async hand({ to, message }: Mail): Promise<Outcome> {
    await this.open();
    const connection = this.#connection as SMTPConnection;
    let begun = false;
    // Read from only once the server has asked for it (RFC 5321 section 4.1.1.4): until then nothing can have been taken.
    const content = Readable.from(
      (function* () {
        begun = true;
        yield message;
      })(),
    );
    const envelope = { from: this.#settings.from, to: [to], size: message.length };
    try {
      await during(connection, (done) => connection.send(envelope, content, done));
      return { kind: 'taken' };
    } catch (thrown) {
      const error = thrown as SmtpError;
      const outcome = outcomeOf(error, begun);
      if (outcome.kind === 'uncertain' || error.command === 'CONN' || error.responseCode === 421) this.close();
      else await this.#reset(connection);
      if (outcome.kind === 'away') throw new MailServerAway(outcome.trouble, error);
      return outcome;
    }
  }

  /** Ends the connection, or gives up making one; the next mail opens another. */
  close(): void {
    this.#opening?.close();
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
  }

  /** Has the server forget the mail that it refused. */
  async #reset(connection: SMTPConnection): Promise<void> {
    try {
      await during(connection, (done) => connection.reset(done));
    } catch {
      this.close();
    }
  }
}

/** Waits for one step of the protocol; whatever ends the connection ends the step. */
function during(connection: SMTPConnection, step: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null) => {
      connection.off('error', settle);
      connection.off('end', ended);
      if (error) reject(error);
      else resolve();
    };
    const ended = () =>
      settle(Object.assign(new Error('the connection ended'), { code: 'ECONNECTION', command: 'CONN' }));
    connection.on('error', settle);
    connection.on('end', ended);
    step(settle);
  });
}

/** What an answer means (RFC 5321 section 4.2.1: 4yz passes, 5yz stays), and whom it concerns: one mail, or all of them. */
function outcomeOf(error: SmtpError, begun: boolean): Outcome | { kind: 'away'; trouble: Trouble } {
  const { command, code } = error;
  const status = error.responseCode || 0;
  const reply = replyOf(error);
  const passing = status >= 400 && status < 500;
  const answered = status >= 400 && command !== 'CONN';
  if (!answered) {
    if (begun) return { kind: 'uncertain' };
    // Found out before anything was sent.
    if (code === 'EENVELOPE') return { kind: 'refused', fault: 'address', reply };
    if (code === 'EMESSAGE') return { kind: 'refused', fault: 'message', reply };
    return { kind: 'away', trouble: 'unreachable' };
  }
  if (begun) return passing ? { kind: 'later', reply } : { kind: 'refused', fault: 'message', reply };
  if (status === 421) return { kind: 'away', trouble: 'busy' };
  if (command === 'RCPT TO') return passing ? { kind: 'later', reply } : { kind: 'refused', fault: 'address', reply };
  if (command === 'DATA') return passing ? { kind: 'later', reply } : { kind: 'refused', fault: 'message', reply };
  return { kind: 'away', trouble: passing ? 'busy' : 'sender' };
}

function troubleOf({ code, originalCode = '', command }: SmtpError): Trouble {
  if (code === 'EAUTH') return 'login';
  if (/CERT|SIGNATURE|ISSUER|ALTNAME/.test(`${originalCode}`)) return 'certificate';
  if (code === 'ETLS' || command === 'STARTTLS') return 'no-encryption';
  return 'unreachable';
}

function replyOf({ response }: SmtpError): string | null {
  if (!response) return null;
  return response
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_REPLY);
}

function codesOf({ code, originalCode, command, responseCode }: SmtpError): Record<string, unknown> {
  return { code, originalCode, command, responseCode };
}

function encryptionOf(connection: SMTPConnection): string | null {
  const socket = connection._socket as { getProtocol?: () => string | null } | undefined;
  return socket?.getProtocol?.() ?? null;
}
