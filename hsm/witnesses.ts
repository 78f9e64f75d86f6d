import { keepCosignature, listCosignatures } from '../db/custody/cosignatures.ts';
import type { Custody } from './custody.ts';
import { CustodyError } from './errors.ts';
import { type Cosignature, readCosignature } from './ledger/cosignature.ts';
import {
  formatVerifierKey,
  isOf,
  NoteError,
  parseSignatureLine,
  type SignatureLine,
  splitNote,
  type Verifier,
} from './ledger/note.ts';

/** Milliseconds after which what a witness said has grown old: it is asked every minute. */
const STALE_MS = 24 * 3_600_000;
/** Seconds by which a witness's clock may be ahead of custody's. */
const AHEAD = 300;

type WithLedger = Pick<Custody, 'config' | 'db' | 'ledger'>;

/** An outside witness, and what it said last. */
export interface WitnessView {
  name: string;
  verifierKey: string;
  /** When it last cosigned, by its own clock (ISO 8601, UTC), and how many entries; null where it never has. */
  last: { at: string; entries: number } | null;
  /** Whether that is not older than a day. */
  fresh: boolean;
}

/** @param now milliseconds since 1970 @returns every witness that custody knows, in the order of the setting */
export function viewWitnesses({ config, db }: Pick<Custody, 'config' | 'db'>, now = Date.now()): WitnessView[] {
  const witnesses = config.CLOISTER_WITNESS_KEYS;
  const kept = listCosignatures(db, witnesses.map(formatVerifierKey));
  return witnesses.map((witness) => {
    const verifierKey = formatVerifierKey(witness);
    const own = kept.find((one) => one.witness === verifierKey);
    const last = own ? { at: new Date(own.cosignedAt * 1000).toISOString(), entries: own.size } : null;
    return { name: witness.name, verifierKey, last, fresh: last !== null && now - Date.parse(last.at) <= STALE_MS };
  });
}

/**
 * Keeps what a witness cosigned, verified against custody's own checkpoint: web, which brings it, is not believed. It is shown below the
 * checkpoint from then on. The same again changes nothing.
 * @param given.size entries under the checkpoint
 * @param given.line as it stands in a note (C2SP tlog-cosignature), without its newline
 * @param now milliseconds since 1970
 * @throws CustodyError malformed, witness-unknown, not-found, cosignature-refused, cosignature-early, cosignature-older
 */
export function takeCosignature(
  { config, db, ledger }: WithLedger,
  { size, line }: { size: number; line: string },
  now = Date.now(),
): void {
  const signed = readLine(line);
  const witness = config.CLOISTER_WITNESS_KEYS.find((one) => isOf(signed, one));
  if (!witness) throw new CustodyError('witness-unknown');
  const note = ledger.checkpointOf(size);
  if (note === undefined) throw new CustodyError('not-found', `there is no checkpoint of ${size} entries`);
  const { at } = verify(splitNote(note).text, signed, witness);
  if (at > now / 1000 + AHEAD) throw new CustodyError('cosignature-early', witness.name);
  const verifierKey = formatVerifierKey(witness);
  const [kept] = listCosignatures(db, [verifierKey]);
  if (kept?.line === line) return;
  if (kept && (at < kept.cosignedAt || size < kept.size)) throw new CustodyError('cosignature-older', witness.name);
  keepCosignature(db, { witness: verifierKey, size, line, cosignedAt: at });
  ledger.publishCosignatures();
}

function readLine(line: string): SignatureLine {
  try {
    return parseSignatureLine(line);
  } catch (error) {
    if (error instanceof NoteError) throw new CustodyError('malformed', error.message);
    throw error;
  }
}

function verify(text: string, signed: SignatureLine, witness: Verifier): Cosignature {
  try {
    return readCosignature(text, signed, witness);
  } catch (error) {
    if (error instanceof NoteError) throw new CustodyError('cosignature-refused', error.message);
    throw error;
  }
}

/** Says in custody's log when a witness has not cosigned for a day, and when it does again: once each. */
export class WitnessWatch {
  readonly #custody: Pick<Custody, 'config' | 'db' | 'log'>;
  /** Since when a witness that has never cosigned is waited for. */
  readonly #since = Date.now();
  #stale = new Set<string>();

  constructor(custody: Pick<Custody, 'config' | 'db' | 'log'>) {
    this.#custody = custody;
  }

  /** @param now milliseconds since 1970 */
  look(now = Date.now()): void {
    const { log } = this.#custody;
    const missed = viewWitnesses(this.#custody, now).filter(
      ({ last, fresh }) => !fresh && (last !== null || now - this.#since > STALE_MS),
    );
    for (const { name, last } of missed) {
      if (this.#stale.has(name)) continue;
      const sentence =
        'this witness has not cosigned the ledger for a day. The log of web says why; a witness that is given up leaves the settings';
      log.warn({ witness: name, last: last?.at ?? null }, sentence);
    }
    const stale = new Set(missed.map(({ name }) => name));
    for (const name of this.#stale) if (!stale.has(name)) log.info({ witness: name }, 'this witness cosigns again');
    this.#stale = stale;
  }
}
