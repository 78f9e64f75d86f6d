import { createHash } from 'node:crypto';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { enterOnRoster, findCandidates } from '../../db/appliance/roster.ts';
import { testTakerIdOf } from '../attempts/test-taker.ts';
import { createToken, digestToken } from '../attempts/token.ts';
import { type ListedEntry, readRosterList, type RosterEntry, type RowFault } from './roster-list.ts';

/** What importing a list would do to a roster as it stands. */
export interface ImportPlan {
  entered: ListedEntry[];
  /** Who stands on the roster already and gets the list's e-mail address. */
  readdressed: (ListedEntry & { id: string; before: string | null })[];
  /** How many stand on the roster already, and stay as they are. */
  same: number;
  /** In the order of the rows; as long as there is one, nothing is imported. */
  faults: RowFault[];
  /** What the first row calls columns that are not read. */
  unread: string[];
  /** SHA-256 (base64url) of all that would change, and of which exam: what is shown is what is confirmed. */
  digest: string;
}

/**
 * Compares a list with an exam's roster, and changes nothing.
 * @throws CsvError where the text is no list of test takers
 */
export function planImport(db: ApplianceDatabase, exam: string, text: string): ImportPlan {
  const { entries, faults, unread = [] } = readRosterList(text);
  const known = knownBy(
    db,
    exam,
    entries.map(({ candidate }) => candidate),
  );
  const plan: Omit<ImportPlan, 'digest'> = { entered: [], readdressed: [], same: 0, faults: [...faults], unread };
  for (const entry of entries) {
    const there = known.get(entry.candidate);
    if (!there) plan.entered.push(entry);
    else if (there.name !== entry.name) plan.faults.push({ row: entry.row, sentence: takenBy(there) });
    else if (entry.email !== null && entry.email !== there.email) {
      plan.readdressed.push({ ...entry, id: there.id, before: there.email });
    } else plan.same += 1;
  }
  plan.faults.sort((one, other) => one.row - other.row);
  const changes = [plan.entered, plan.readdressed.map(({ id, email, before }) => [id, email, before])];
  const digest = createHash('sha256')
    .update(JSON.stringify([exam, changes]))
    .digest('base64url');
  return { ...plan, digest };
}

/**
 * Imports a list as it was shown: all of it, or nothing.
 * @param digest of the plan that was shown
 * @returns the plan as it is now, and whether it was carried out: not where it has faults, or would no longer do what was shown
 * @throws CsvError as above
 */
export function importList(
  db: ApplianceDatabase,
  exam: string,
  text: string,
  digest: string,
): { plan: ImportPlan; imported: boolean } {
  const work = () => {
    const plan = planImport(db, exam, text);
    if (plan.faults.length > 0 || plan.digest !== digest) return { plan, imported: false };
    enterOnRoster(
      db,
      plan.entered.map(({ candidate, name, email }) => newTestTaker(exam, { candidate, name, email })),
      plan.readdressed,
    );
    return { plan, imported: true };
  };
  return db.$client.transaction(work).immediate();
}

/**
 * Puts one person on the roster.
 * @returns their id, or the sentence that says who has the code already
 */
export function enterByHand(db: ApplianceDatabase, exam: string, entry: RosterEntry): { id: string } | string {
  const work = () => {
    const there = knownBy(db, exam, [entry.candidate]).get(entry.candidate);
    if (there) return takenBy(there);
    const testTaker = newTestTaker(exam, entry);
    enterOnRoster(db, [testTaker]);
    return { id: testTaker.id };
  };
  return db.$client.transaction(work).immediate();
}

/** Nobody is told the token: the link that they are given is made with their invitation. */
function newTestTaker(exam: string, entry: RosterEntry) {
  return { id: testTakerIdOf(exam, entry.candidate), exam, ...entry, linkDigest: digestToken(createToken()) };
}

function knownBy(db: ApplianceDatabase, exam: string, candidates: string[]) {
  return new Map(findCandidates(db, exam, candidates).map((row) => [row.candidate, row]));
}

const takenBy = ({ candidate, name }: RosterEntry) =>
  `The candidate code ${candidate} is on the roster already, for ${name}. One code is one person: mend the code or the name, or take ${name} off the roster first.`;
