import { readShare, ShareError, writeShare } from '../../hsm/sealing/share.ts';
import type { OperatorCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import type { Terminal } from './terminal.ts';

export type SealingUnderWay = NonNullable<Awaited<ReturnType<OperatorCustody['sealing']>>['underWay']>;

/** How often a person at the keyboard may mistype before the command gives up; a pipe does not learn. */
const TRIES = 5;

/**
 * Asks for one share until it can be read and is taken.
 * @param take sends it on; zeroes nothing
 * @throws ShareError, AppError custody's refusal
 */
export async function takeShare<T>(
  terminal: Terminal,
  question: string,
  take: (share: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const typed = await terminal.askSecret(question);
    let share: Uint8Array<ArrayBuffer> | undefined;
    try {
      share = Uint8Array.from(readShare(typed));
      return await take(share);
    } catch (error) {
      const mistake = error instanceof ShareError || (error instanceof AppError && error.refusal === 'share-foreign');
      if (!mistake || !terminal.isKeyboard || tries === TRIES) throw error;
      terminal.say(error instanceof AppError ? error.sentence : (error as Error).message);
    } finally {
      typed.fill(0);
      share?.fill(0);
    }
  }
}

/**
 * Hands out the shares that were not handed out yet, each to one custodian alone, and has each typed back. Goes on where it was.
 * @param underWay as custody has it
 */
export async function handOutShares(custody: OperatorCustody, terminal: Terminal, underWay: SealingUnderWay) {
  const { sealing, threshold, custodians } = underWay;
  terminal.say(`Sealing ${sealing}: ${threshold} of ${custodians.length} custodians will be needed to open it.`);
  for (const [index, { name, shown, confirmed }] of custodians.entries()) {
    if (confirmed) continue;
    terminal.say(`\nCustodian ${index + 1} of ${custodians.length}: ${name}. Everybody else turns away.`);
    if (!shown) {
      await terminal.ask(`${name}, press Enter when you are alone and have pen and paper.`);
      const share = await custody.handOutShare(name);
      const text = writeShare(share);
      share.fill(0);
      terminal.say(`Write this down, with “sealing ${sealing}” above it. It is shown this once.\n`);
      await terminal.show(text, '\nPress Enter when it is written down.');
    } else {
      terminal.say('This share was shown before and is not shown again.');
      terminal.say('If it was not written down, end this with Ctrl-C, run “cloister seal --abort” and begin again.');
    }
    const back = await takeShare(terminal, `${name}, type it back from your paper:`, custody.confirmShare);
    if (back.custodian !== name) terminal.say(`This was the share of ${back.custodian}; it counts as theirs.`);
    else terminal.say('It is what was handed out.');
  }
  const { underWay: now } = await custody.sealing();
  const open = now?.custodians.find(({ confirmed }) => !confirmed);
  if (open)
    throw new AppError('refused', { sentence: `The share of ${open.name} was not typed back. Run this again.` });
}
