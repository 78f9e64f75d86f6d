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
    say({ id, value });
  } catch (error) {
    const { code, detail } = error instanceof TokenError ? error : new TokenError('failed', reasonOf(error));
    say({ id, error: { code, ...(detail && { detail }) } });
  }
};

/** Answers of one turn of the event loop go out together: each message costs both processes. */
let answers: Answer[] = [];
function say(one: Answer): void {
  if (answers.push(one) > 1) return;
  setImmediate(() => {
    process.send?.(answers);
    answers = [];
  });
}

process.on('message', (batch: Call[]) => {
  for (const call of batch) void answer(call);
});
// Without custody there is nothing to do here; threads of the module that hang must not keep the process.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Signals to the group are custody's to act upon: it needs the token for its last entries.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
