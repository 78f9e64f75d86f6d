import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** `cloister certificates`: for a trial without the campus's own. */
export function certificatesCommand(): Command {
  return new Command('certificates')
    .description('make an authority of this appliance’s own and its certificates, for a trial; what is there stays')
    .requiredOption('--folder <folder>', 'where they are written to')
    .argument('<name=host...>', 'name of the files and host name, as exam=exam.university.example')
    .action((named: string[], { folder }: { folder: string }) => {
      const hosts = Object.fromEntries(
        named.map((text) => {
          const [, name, host] = /^([a-z]+)=([a-z0-9.-]+)$/.exec(text) ?? [];
          if (!name || !host)
            throw new Error(`${text} does not name a file and a host, as exam=exam.university.example does.`);
          return [name, host];
        }),
      );
      createCertificates(folder, hosts);
      console.log(`Browsers trust them once they trust ${join(folder, 'ca.crt')}.`);
    });
}

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
