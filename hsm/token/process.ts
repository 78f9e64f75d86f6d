/**
 * Process of its own, the only one that loads the PKCS#11 module: does what custody asks over the channel it was forked with. A module
 * that hangs or crashes takes this process along and nothing else; custody starts another one.
 */
import type { Answer, Arguments, Call, CallName, Result } from './calls.ts';
import { reasonOf } from './errors.ts';
import { Token, TokenError } from './token.ts';
import type { TokenRecipient } from './token.ts';

let token: Token | undefined;
const recipients = new Map<number, TokenRecipient>();

const opened = (): Token => {
  if (!token) throw new TokenError('token-away', 'not open');
  return token;
};

const calls: { [Name in CallName]: (...args: Arguments<Name>) => Result<Name> | Promise<Result<Name>> } = {
  async open({ known, publicKey: expected, appliance, ...options }) {
    token = await Token.open(options, known);
    const { publicKey } = await token.ensureApplianceKey(appliance.label, appliance.kind, expected);
    return { abilities: token.abilities, description: token.describe(), publicKey };
  },
  check: () => opened().check(),
  createExamKey: (kid) => opened().createExamKey(kid),
  hasRoomForExamKey: () => opened().hasRoomForExamKey(),
  examKeyIds: () => opened().examKeyIds(),
  examKeyAttributes: (kid) => opened().examKeyAttributes(kid),
  destroyExamKey: (kid) => opened().destroyExamKey(kid),
  rewrap(exam, wrapped, { id, spki }) {
    let recipient = recipients.get(id);
    if (!recipient) recipients.set(id, (recipient = opened().openRecipient(spki)));
    return opened().rewrap(exam, wrapped, recipient);
  },
  closeRecipient(id) {
    const recipient = recipients.get(id);
    recipients.delete(id);
    if (recipient) opened().closeRecipient(recipient);
  },
  applianceKeyAttributes: () => opened().applianceKeyAttributes(),
  sign: (bytes) => opened().sign(bytes),
  async close() {
    await token?.close();
    token = undefined;
  },
};

const answer = async ({ id, name, args }: Call): Promise<void> => {
  try {
    const value: unknown = await (calls[name] as (...args: unknown[]) => unknown)(...args);
    say({ id, value }, name);
  } catch (error) {
    const { code, detail } = error instanceof TokenError ? error : new TokenError('failed', reasonOf(error));
    say({ id, error: { code, ...(detail && { detail }) } }, name);
  }
};

/**
 * Answers travel in company, since each message costs both processes as much as a good part of a release: none waits for longer than
 * this, in milliseconds, and none at all when it is the last one or a signature, for which a group of the ledger waits.
 */
const COMPANY_MS = 3;
const COMPANY = 8;
let answers: Answer[] = [];
let underWay = 0;
let flush: NodeJS.Timeout | undefined;

function say(one: Answer, name: CallName): void {
  answers.push(one);
  underWay--;
  if (name !== 'rewrap' || underWay === 0 || answers.length >= COMPANY) return send();
  flush ??= setTimeout(send, COMPANY_MS);
}

function send(): void {
  clearTimeout(flush);
  flush = undefined;
  process.send?.(answers);
  answers = [];
}

process.on('message', (batch: Call[]) => {
  underWay += batch.length;
  for (const call of batch) void answer(call);
});
// Without custody there is nothing to do here; threads of the module that hang must not keep the process.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Signals to the group are custody's to act upon: it needs the token for its last entries.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
