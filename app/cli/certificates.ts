import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

/**
 * Makes a certificate authority of this appliance's own and one certificate per host, for trials on one machine. What is there
 * stays. The authority's private key is dropped at once: it signs these and nothing else, ever.
 * @param hosts name of the files → host name
 */
export async function createCertificates(folder: string, hosts: Record<string, string>): Promise<void> {
  if (existsSync(join(folder, 'ca.crt'))) return;
  const authority = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const notBefore = new Date(Date.now() - DAY);
  const notAfter = new Date(Date.now() + 395 * DAY);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=Cloister trial authority',
    notBefore,
    notAfter,
    signingAlgorithm: EC,
    keys: authority,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  for (const [name, host] of Object.entries(hosts)) {
    const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: `CN=${host}`,
      issuer: ca.subject,
      notBefore,
      notAfter,
      signingAlgorithm: EC,
      publicKey: keys.publicKey,
      signingKey: authority.privateKey,
      extensions: [
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ],
    });
    const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
    writeFileSync(join(folder, `${name}.key`), x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'), { mode: 0o600 });
    writeFileSync(join(folder, `${name}.crt`), `${certificate.toString('pem')}\n${ca.toString('pem')}\n`);
  }
  writeFileSync(join(folder, 'ca.crt'), `${ca.toString('pem')}\n`);
}

function serial(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex').replace(/^[89a-f]/, '1');
}
