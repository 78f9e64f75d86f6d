import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MODULE } from './soft-token.ts';

/** What can be wrong with a token; see token-faults.c. */
export type Fault =
  | 'removed'
  | 'slow'
  | 'hang'
  | 'stuck'
  | 'third'
  | 'thrice'
  | 'full'
  | 'crash'
  | 'crash-sha256'
  | 'no-unwrap'
  | 'decrypts'
  | 'readable'
  | 'none';

/**
 * Builds a PKCS#11 module over SoftHSM that misbehaves when told, in whatever process it is loaded.
 * @param folder for the module and the file that tells it
 * @returns the environment that the process needs beside SoftHSM's own
 */
export function buildFaultyToken(folder: string) {
  const module = join(folder, 'token-faults.so');
  const file = join(folder, 'token-fault');
  const headers = join(import.meta.dirname, '../node_modules/pkcs11js/includes/pkcs11');
  execFileSync('cc', ['-shared', '-fPIC', '-I', headers, '-o', module, join(import.meta.dirname, 'token-faults.c')]);
  const have = (fault: Fault) => writeFileSync(file, fault);
  have('none');
  return { module, environment: { SOFTHSM_MODULE: MODULE, TOKEN_FAULT_FILE: file }, have };
}
