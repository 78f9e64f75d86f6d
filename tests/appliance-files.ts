import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param data the appliance's folder
 * @returns every file with the digest of its bytes, without logs, which say that requests failed, and without SQLite's shared
 *   memory, in which readers take turns
 */
export function digestFiles(data: string): Record<string, string> {
  const paths = readdirSync(data, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => statSync(join(data, path)).isFile() && !/^logs\/|-shm$/.test(path));
  const digestOf = (path: string) =>
    createHash('sha256')
      .update(readFileSync(join(data, path)))
      .digest('hex');
  return Object.fromEntries(files.sort().map((path) => [path, digestOf(path)]));
}
