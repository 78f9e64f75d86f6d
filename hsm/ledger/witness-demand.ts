import { findCosignature } from './cosignature.ts';
import { type Checkpoint, openCheckpoint, type Verifier } from './note.ts';

/** A checkpoint that a witness cosigned, and when. */
export interface Witnessed {
  witness: Verifier;
  checkpoint: Checkpoint;
  /** Seconds since 1970, by the witness's clock. */
  at: number;
}

/**
 * Finds what each witness cosigned last.
 * @param notes checkpoints with their signatures; each has to be the ledger's own
 * @returns for each witness the largest checkpoint, of that the latest word; undefined where it cosigned none of them
 * @throws NoteError when a note is not the ledger's, or a line of one of the witnesses is wrong
 */
export function findWitnessed(
  notes: readonly string[],
  ledger: Verifier,
  witnesses: readonly Verifier[],
): (Witnessed | undefined)[] {
  const checkpoints = notes.map((note) => ({ note, checkpoint: openCheckpoint(note, ledger) }));
  return witnesses.map((witness) => {
    const found = checkpoints.flatMap(({ note, checkpoint }) => {
      const { cosignature } = findCosignature(note, witness);
      return cosignature ? [{ witness, checkpoint, at: cosignature.at }] : [];
    });
    return found.sort((one, other) => other.checkpoint.size - one.checkpoint.size || other.at - one.at)[0];
  });
}
