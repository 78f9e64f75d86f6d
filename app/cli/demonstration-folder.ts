import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const PLACES = ['exam', 'staff', 'room'] as const;
export type Place = (typeof PLACES)[number];

/** What a demonstration remembers from one start to the next. */
export interface Demonstration {
  ports: Record<Place, number>;
  exam: string;
  /** Tokens of personal and enrolment links. Kept so that the next start can print them again: a demonstration only. */
  testTakers: { id: string; name: string; token: string }[];
  enrol: { name: string; roles: string[]; token: string }[];
  applianceKey: string;
}

const fileIn = (folder: string) => join(folder, 'demonstration.json');

/** @returns undefined where the folder has none yet @throws SyntaxError where its file is no JSON */
export function readDemonstration(folder: string): Demonstration | undefined {
  const file = fileIn(folder);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Demonstration) : undefined;
}

/** Keeps it, for the one who runs it alone. */
export function keepDemonstration(folder: string, demonstration: Demonstration): void {
  writeState(fileIn(folder), demonstration);
}

/** Replaces a file of the demonstration as a whole; readable by its owner alone. */
export function writeState(file: string, state: object): void {
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
