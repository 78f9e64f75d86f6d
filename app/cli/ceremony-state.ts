import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ProbeReport } from '../../hsm/token/probe.ts';
import type { OperatorCustody } from '../custody/client.ts';

type Answer<Method extends keyof OperatorCustody> = Awaited<ReturnType<OperatorCustody[Method]>>;

/** A key ceremony as far as it has come. Each step is there once it is done; none of it is secret. */
export interface Ceremony {
  cloister: 'key-ceremony/v1';
  software: string;
  /** ISO 8601, UTC, like all times here. */
  startedAt: string;
  plan?: Plan;
  probe?: ProbeReport;
  /** The appliance as custody has it, and its key's attributes as the token reads them back. */
  appliance?: Pick<
    Answer<'state'>,
    'institution' | 'roomOrigin' | 'token' | 'unkeptRights' | 'verifierKey' | 'applianceKeyFingerprint'
  > & { key: Answer<'applianceKey'> };
  trial?: Answer<'tryExamKey'>;
  /** The sealing that was begun last. */
  begun?: string;
  sealed?: { sealing: string; sealedAt: string };
  officers?: { representative: string; name: string }[];
  finishedAt?: string;
}

/** Who takes part. */
export interface Plan {
  place: string;
  threshold: number;
  custodians: string[];
  officers: [string, string];
  witnesses: string[];
}

const STATE = 'ceremony.json';

/** @returns the ceremony that was begun in this folder, or a new one */
export function readCeremony(folder: string, software: string): Ceremony {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, STATE);
  if (!existsSync(path)) return { cloister: 'key-ceremony/v1', software, startedAt: new Date().toISOString() };
  return JSON.parse(readFileSync(path, 'utf8')) as Ceremony;
}

/** Keeps how far it has come, durably: whatever ends this process, the next one goes on behind it. */
export function keepCeremony(folder: string, ceremony: Ceremony): void {
  writeDurably(folder, STATE, `${JSON.stringify(ceremony, null, 2)}\n`);
}

/** Replaces a file in one step, also for a power cut. */
export function writeDurably(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  const file = openSync(`${path}.new`, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
