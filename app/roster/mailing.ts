import type { Logger } from 'pino';
import {
  type Addressed,
  beginMail,
  enterMails,
  findNextMail,
  noteInterrupted,
  noteMail,
  type WaitingMail,
} from '../../db/appliance/invitation-mails.ts';
import { findExamRules } from '../../db/appliance/exams.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { createToken, digestToken } from '../attempts/token.ts';
import type { ExamRules } from '../exams/rule-book.ts';
import { MailServer, MailServerAway, type Outcome, type Trouble } from '../mail/mail-server.ts';
import type { MailSettings } from '../mail/settings.ts';
import { type Sending, writeInvitation } from './invitation-mail.tsx';
import { linkOf } from './invitations.ts';

const MINUTE = 60_000;
/** Stands where a token stands in a personal link; tokens are longer. */
const SAMPLE_LINK = 'sample-that-opens-nothing';

/** How fast mails go out, and when what failed is tried again; milliseconds. */
export interface Pace {
  /** From one mail to the next: campus servers shut out whoever floods them. */
  between: number;
  /** After the first, second … time that the server put a mail off; behind the last one it is given up. Greylisting takes minutes. */
  later: readonly number[];
  /** After the first, second … time in a row that the server was away; the last one for good. */
  away: readonly number[];
}

const PACE: Pace = {
  between: 200,
  later: [1, 5, 15, 30, 60, 120, 240].map((minutes) => minutes * MINUTE),
  away: [10_000, 30_000, MINUTE, 5 * MINUTE],
};

/** Why no mail goes out at the moment, and when it is tried next (ISO 8601, UTC). */
export interface Halt {
  trouble: Trouble;
  reply: string | null;
  next: string;
}

/**
 * Sends invitations by mail, one after the other, until none waits. What waits stands in the database and outlives this process; links
 * stand in the mails alone, and are made as each is handed over.
 */
export class Mailing {
  readonly #db: ApplianceDatabase;
  readonly #settings: MailSettings;
  readonly #server: MailServer;
  readonly #institution: string;
  readonly #examOrigin: string;
  readonly #log: Logger;
  readonly #pace: Pace;
  #halt: Halt | undefined;
  #closing = false;
  #wake: () => void = () => {};
  #running: Promise<void> = Promise.resolve();

  constructor(parts: {
    db: ApplianceDatabase;
    settings: MailSettings;
    institution: string;
    examOrigin: string;
    log: Logger;
    pace?: Pace;
  }) {
    this.#db = parts.db;
    this.#settings = parts.settings;
    this.#server = new MailServer(parts.settings);
    this.#institution = parts.institution;
    this.#examOrigin = parts.examOrigin;
    this.#log = parts.log;
    this.#pace = parts.pace ?? PACE;
  }

  /** Begins with what waits. What the process before was handing over when it ended is uncertain: nothing of it is sent again by itself. */
  open(): void {
    const interrupted = noteInterrupted(this.#db, new Date().toISOString());
    if (interrupted > 0) this.#log.warn({ interrupted }, 'mails were being handed over when web ended');
    this.#running = this.#run();
  }

  /**
   * Has invitations be sent by mail.
   * @param before moment of the page that asked (ISO 8601, UTC): nobody is sent a second one because it was pressed twice
   * @returns how many will be
   */
  enter(exam: string, addressed: Addressed, before: string): number {
    const entered = enterMails(this.#db, exam, addressed, before, new Date().toISOString());
    this.#wake();
    return entered;
  }

  /**
   * Hands over at once, on a connection of its own, the mail that test takers of an exam get; its link is a sample, which opens nothing.
   * @param patience milliseconds until it counts as uncertain whether the server took it
   * @throws MailServerAway
   */
  async sendTest(
    rules: ExamRules,
    { name, email }: { name: string; email: string },
    patience = 30_000,
  ): Promise<Outcome> {
    const server = new MailServer(this.#settings);
    const timer = setTimeout(() => server.close(), patience);
    try {
      const link = linkOf(this.#examOrigin, SAMPLE_LINK, rules);
      const message = await writeInvitation(rules, { name, candidate: 'SAMPLE', link }, this.#sendingTo(email));
      const outcome = await server.hand({ to: email, message });
      this.#log.info({ exam: rules.exam, outcome: outcome.kind }, 'test of an invitation by mail');
      return outcome;
    } finally {
      clearTimeout(timer);
      server.close();
    }
  }

  /** Why nothing goes out, where nothing does. */
  get halt(): Halt | undefined {
    return this.#halt;
  }

  /** Finishes the mail that is being handed over, if the server lets it within `patience` milliseconds, and sends no other. */
  async close(patience = 5000): Promise<void> {
    this.#closing = true;
    this.#wake();
    const timer = setTimeout(() => this.#server.close(), patience);
    await this.#running;
    clearTimeout(timer);
    this.#server.close();
  }

  async #run(): Promise<void> {
    let away = 0;
    while (!this.#closing) {
      const mail = findNextMail(this.#db);
      const wait = mail ? Date.parse(mail.dueAt) - Date.now() : Infinity;
      if (!mail || wait > 0) {
        this.#server.close();
        await this.#sleep(wait);
        continue;
      }
      try {
        await this.#send(mail);
        [away, this.#halt] = [0, undefined];
        await this.#sleep(this.#pace.between, false);
      } catch (error) {
        if (!(error instanceof MailServerAway)) throw error;
        const { trouble, reply, codes } = error;
        const pause = this.#pace.away[Math.min(away, this.#pace.away.length - 1)] ?? MINUTE;
        away += 1;
        this.#halt = { trouble, reply, next: new Date(Date.now() + pause).toISOString() };
        this.#log.warn({ trouble, ...codes }, 'the mail server takes no mail');
        await this.#sleep(pause);
      }
    }
  }

  /** @throws MailServerAway, and then the mail waits as it did */
  async #send(mail: WaitingMail): Promise<void> {
    const { exam, name, candidate, email } = mail;
    const now = () => new Date().toISOString();
    const rules = JSON.parse(findExamRules(this.#db, exam) ?? 'null') as ExamRules | null;
    if (mail.attemptEnded) return noteMail(this.#db, mail, { state: 'refused', at: now(), fault: 'ended' });
    if (!rules || Date.parse(rules.policy.closesAt) <= Date.now()) {
      return noteMail(this.#db, mail, { state: 'refused', at: now(), fault: 'closed' });
    }
    if (email === null) return noteMail(this.#db, mail, { state: 'refused', at: now(), fault: 'address' });
    // Nobody's link ends for a server that is not there.
    await this.#server.open();
    const token = createToken();
    const linkDigest = digestToken(token);
    const link = linkOf(this.#examOrigin, token, rules);
    const message = await writeInvitation(rules, { name, candidate, link }, this.#sendingTo(email));
    const earlier = beginMail(this.#db, mail, email, linkDigest, now());
    if (!earlier) return;
    const unsent = { linkDigest, earlier };
    let outcome: Outcome;
    try {
      outcome = await this.#server.hand({ to: email, message });
    } catch (error) {
      noteMail(this.#db, mail, { state: 'waiting', at: now() }, unsent);
      throw error;
    }
    this.#log.info({ exam, outcome: outcome.kind }, 'invitation by mail');
    switch (outcome.kind) {
      case 'taken':
        return noteMail(this.#db, mail, { state: 'sent', at: now() });
      case 'uncertain':
        return noteMail(this.#db, mail, { state: 'uncertain', at: now() });
      case 'refused':
        return noteMail(this.#db, mail, { ...outcome, state: 'refused', at: now() }, unsent);
      case 'later': {
        const [pause, tries] = [this.#pace.later[mail.tries], mail.tries + 1];
        const dueAt = new Date(Date.now() + (pause ?? 0)).toISOString();
        const state = pause === undefined ? 'refused' : 'waiting';
        const note = { state, at: now(), dueAt, tries, fault: 'later', reply: outcome.reply } as const;
        return noteMail(this.#db, mail, note, unsent);
      }
    }
  }

  #sendingTo(to: string): Sending {
    return { from: this.#settings.from, to, institution: this.#institution, examOrigin: this.#examOrigin };
  }

  /** @param wakes whether somebody who asks for mails ends it */
  async #sleep(ms: number, wakes = true): Promise<void> {
    if (this.#closing) return;
    await new Promise<void>((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(resolve, Math.min(ms, 60 * MINUTE)) : undefined;
      this.#wake = () => {
        if (!wakes && !this.#closing) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }
}
