import { setImmediate as others } from 'node:timers/promises';
import type { Custody } from '../custody.ts';

const last = new WeakMap<Custody, Promise<void>>();

/**
 * Waits until everybody who came before has had their turn, and everybody else's requests theirs. Reading an exam's texts can keep
 * custody for a twentieth of a second, and web may ask for it as often as it has connections.
 */
export async function takeTurn(custody: Custody): Promise<void> {
  const turn = (last.get(custody) ?? Promise.resolve()).then(() => others());
  last.set(custody, turn);
  await turn;
}
