import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import type { Examination } from './examination.ts';

const DAY_MS = 86_400_000;
/** A campus's authority may take as long to answer. */
const SOON_DAYS = 21;
const PATIENCE_MS = 10_000;

/** An origin as it was set up. */
export interface Origin {
  /** As people's browsers say it. */
  origin: string;
  /** The file with its certificate, PEM. */
  certificate: string;
  /** Where its process is reached from this machine. */
  listens: () => Promise<{ host: string; port: number }>;
  /** What brings a new certificate, and where its process writes what it says: whole sentences. */
  renew: string;
  log: string;
}

/** Looks at an origin's certificate, and whether the origin answers with it. @throws a system error where there is no certificate */
export async function examineOrigin({ origin, certificate: file, listens, renew, log }: Origin): Promise<Examination> {
  const of = `Origin ${origin}`;
  const certificate = new X509Certificate(readFileSync(file));
  const host = new URL(origin).hostname;
  const days = Math.floor((Date.parse(certificate.validTo) - Date.now()) / DAY_MS);
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
  const shown = await certificateAt(await listens(), host).catch((error: Error) => error);
  if (shown instanceof Error)
    return {
      of,
      verdict: 'ill',
      means: `It does not answer (${shown.message}).`,
      mend: log,
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
