import type { RecordedKinds } from '../../wire.ts';
import type { Finding } from './finding.ts';
import { PICTURE } from './needs.ts';
import { words } from '../words/check.ts';

/** Whether this browser has all that recording is made of: each thing is really done once. */
export async function checkBrowser({ sources, sound, bounds }: RecordedKinds): Promise<Finding> {
  if (!isSecureContext || !navigator.mediaDevices) {
    return { verdict: 'no', sentence: words.browser.insecure };
  }
  const lacking: string[] = [];
  if (typeof VideoEncoder === 'undefined' || typeof AudioEncoder === 'undefined') lacking.push(words.browser.encoding);
  else {
    for (const source of sources) {
      const { bitrate, frameRate: framerate } = bounds[source].most;
      const config = { codec: 'vp8', ...PICTURE[source], bitrate, framerate };
      if (!(await supports(VideoEncoder.isConfigSupported(config)))) lacking.push(words.browser.encodingOf(source));
    }
    const config = { codec: 'opus', sampleRate: 48_000, numberOfChannels: 1 };
    if (sound && !(await supports(AudioEncoder.isConfigSupported(config)))) lacking.push(words.browser.encodingSound);
  }
  if (!(await encrypts())) lacking.push(words.browser.encryption);
  if (sources.includes('screen') && !('getDisplayMedia' in navigator.mediaDevices)) lacking.push(words.browser.sharing);
  if (lacking.length > 0) return { verdict: 'no', sentence: words.browser.lacks(lacking.join(', ')) };
  return { verdict: 'good', sentence: words.browser.good };
}

async function supports(asked: Promise<{ supported?: boolean }>): Promise<boolean> {
  return asked.then(({ supported }) => supported === true).catch(() => false);
}

/** Makes and uses a key of each kind that an attempt uses. */
async function encrypts(): Promise<boolean> {
  const { subtle } = crypto;
  const some = crypto.getRandomValues(new Uint8Array(32));
  try {
    const oaep = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' };
    const [attemptKey, examKey, applianceKey, chapterKey] = await Promise.all([
      subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']),
      subtle.generateKey({ name: 'RSA-OAEP', ...oaep }, false, ['encrypt', 'decrypt']),
      subtle.generateKey('Ed25519', false, ['sign', 'verify']) as Promise<CryptoKeyPair>,
      subtle.importKey('raw', some, 'HKDF', false, ['deriveKey']),
    ]);
    await Promise.all([
      subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, attemptKey.privateKey, some),
      subtle.encrypt('RSA-OAEP', examKey.publicKey, some),
      subtle.sign('Ed25519', applianceKey.privateKey, some),
      subtle.deriveKey(
        { name: 'HKDF', hash: 'SHA-512', salt: some, info: some },
        chapterKey,
        { name: 'AES-GCM', length: 256 },
        false,
        ['encrypt'],
      ),
    ]);
    return true;
  } catch {
    return false;
  }
}
