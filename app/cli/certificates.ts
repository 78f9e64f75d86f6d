import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/**
 * Makes a certificate authority of this appliance's own and one certificate per host, for trials on one machine. What is there
 * stays. The authority's private key is deleted at once: it has signed these and will never sign anything else.
 * @param hosts name of the files → host name
 * @throws Error with openssl's own words
 */
export function createCertificates(folder: string, hosts: Record<string, string>): void {
  if (existsSync(join(folder, 'ca.crt'))) return;
  const work = mkdtempSync(join(folder, 'new-'));
  const openssl = (...args: string[]) =>
    execFileSync('openssl', ['req', '-x509', '-days', '395', ...KEY, ...args], { cwd: work, stdio: 'pipe' });
  try {
    const words = (text: string) => text.split(' ');
    openssl(
      ...words('-keyout ca.key -out ca.crt -addext keyUsage=critical,keyCertSign -subj'),
      '/CN=Cloister trial authority',
    );
    for (const [name, host] of Object.entries(hosts)) {
      openssl(
        ...words(`-CA ca.crt -CAkey ca.key -keyout ${name}.key -out ${name}.crt -subj /CN=${host}`),
        ...words(`-addext subjectAltName=DNS:${host} -addext basicConstraints=critical,CA:FALSE`),
        ...words('-addext keyUsage=critical,digitalSignature -addext extendedKeyUsage=serverAuth'),
      );
      const chain = readFileSync(join(work, `${name}.crt`), 'utf8') + readFileSync(join(work, 'ca.crt'), 'utf8');
      writeFileSync(join(folder, `${name}.crt`), chain);
      renameSync(join(work, `${name}.key`), join(folder, `${name}.key`));
    }
    // Last, because its presence says that all of it is there.
    renameSync(join(work, 'ca.crt'), join(folder, 'ca.crt'));
  } finally {
    rmSync(work, { recursive: true });
  }
}
