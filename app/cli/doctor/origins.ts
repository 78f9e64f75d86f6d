import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { Examination } from './examination.ts';
import { listenedOn, PLACES } from './installation.ts';

const DAY_MS = 86_400_000;
/** A campus's authority may take as long to answer. */
const SOON_DAYS = 21;
const PATIENCE_MS = 10_000;

/** Looks at an origin's certificate, and whether the origin answers with it. @param origin https, as people's browsers say it */
export async function examineOrigin(place: 'exam' | 'staff' | 'room', origin: string): Promise<Examination> {
  const of = `Origin ${origin}`;
  const file = join(PLACES.certificates, `${place}.crt`);
  const certificate = new X509Certificate(readFileSync(file));
  const host = new URL(origin).hostname;
  const days = Math.floor((Date.parse(certificate.validTo) - Date.now()) / DAY_MS);
  const renew = `Put a new one and its key where ${file} is, with Ansible (cloister_tls_folder), before that.`;
  if (!certificate.checkHost(host))
    return {
      of,
      verdict: 'ill',
      means: `Its certificate is not for ${host}: browsers show a warning instead of the page, and take no passkey.`,
      mend: renew,
    };
  if (days < 0)
    return {
      of,
      verdict: 'ill',
      means: `Its certificate ended ${-days} days ago: browsers show a warning instead of the page.`,
      mend: renew,
    };
  const shown = await certificateAt(await listenedOn(place), host).catch((error: Error) => error);
  if (shown instanceof Error)
    return {
      of,
      verdict: 'ill',
      means: `It does not answer (${shown.message}).`,
      mend: `Read “journalctl --unit=cloister-${place === 'room' ? 'room' : 'web'}”.`,
    };
  if (shown !== certificate.fingerprint256)
    return {
      of,
      verdict: 'doubtful',
      means: 'It answers with another certificate than the one that is installed.',
      mend: 'Restart its process, unless something in between ends the encryption: then test takers are right not to trust it.',
    };
  if (days < SOON_DAYS)
    return { of, verdict: 'doubtful', means: `It answers. Its certificate ends in ${days} days.`, mend: renew };
  return { of, verdict: 'well', means: `It answers, and its certificate is good for ${days} days.` };
}

/** @returns SHA-256 of the certificate that is shown, as Node writes it @throws a system error */
function certificateAt(at: { host: string; port: number }, servername: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...at, servername, rejectUnauthorized: false, timeout: PATIENCE_MS }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('timeout', () => socket.destroy(new Error('no answer in ten seconds')));
    socket.once('error', reject);
  });
}
