import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, randomUUID, webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import canonicalize from 'canonicalize';
import { afterEach, describe, expect, test } from 'vitest';
import { checkExamKey } from '../app/browser/recorder/exam-key.ts';
import { Stop } from '../app/browser/recorder/messages.ts';
import type { AttemptStart } from '../app/wire.ts';
import { verifyReceipt } from '../hsm/ledger/receipt.ts';
import { verifyFolder } from '../hsm/ledger/verify.ts';
import {
  enrolRepresentative,
  makeRecipient,
  openGrant,
  policy,
  publishExam,
  registerAttempt,
  type RunningCustody,
  startCustody,
} from './custody-process.ts';
import { buildFaultyToken } from './faulty-token.ts';
import { FULL } from './full.ts';
import { makeNssToken, NSS_LABEL, NSS_MODULE } from './nss-token.ts';

const ROOT = join(import.meta.dirname, '..');
const folders: string[] = [];
let custody: RunningCustody | undefined;

afterEach(async () => {
  await custody?.stop();
  custody = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An exam from its publishing to the keys of an attempt in a reviewer's browser. @returns what its pages are told of it */
async function watchOnce(running: RunningCustody) {
  const exam = randomUUID();
  await publishExam(running, { exam, title: 'Modes', policy: policy() });
  const { examKey } = await running.web.exam(exam);
  const fingerprint = createHash('sha256').update(Buffer.from(examKey.applianceKey, 'base64url')).digest('base64url');
  await checkExamKey({ exam, examKey } as AttemptStart, fingerprint);
  const reviewer = await enrolRepresentative(running, 'Ines Moreau', [exam]);
  const registered = await registerAttempt(running, exam, 'T-1');
  const { attempt, chapters } = registered;
  const recipient = await makeRecipient(examKey.alg);
  const grant = await openGrant(running, reviewer, attempt, recipient);
  const asked = chapters.map(({ recording, chapter, envelope }) => ({ recording, chapter, envelope }));
  const request = { recipient: recipient.digest, chapters: asked };
  const { keys } = await running.room.release(reviewer.session, grant, request);
  const opened = await Promise.all(keys.map(({ key }) => recipient.unwrap(key)));
  expect(opened).toEqual(chapters.map(({ key }) => key));
  const again = async () => expect((await running.room.release(reviewer.session, grant, request)).keys).toHaveLength(2);
  return { exam, examKey, again, registered };
}

/** Ends an attempt as its browser does. @returns the receipt that the test taker keeps */
async function seal(
  running: RunningCustody,
  exam: string,
  { attempt, recording, attemptKey }: Awaited<ReturnType<typeof registerAttempt>>,
) {
  const recordings = [{ recording, chapters: 2, segments: 4, digest: createHash('sha256').digest('base64url') }];
  const statement = canonicalize({ type: 'seal', exam, attempt, recordings, endedAt: new Date().toISOString() }) ?? '';
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await webcrypto.subtle.sign(algorithm, attemptKey.privateKey, Buffer.from(statement));
  const sealed = { statement, signature: Buffer.from(signature).toString('base64url') };
  return running.web.sealAttempt(attempt, sealed);
}

/** The body of the newest entry of a type. */
function newest(running: RunningCustody, type: string): Record<string, unknown> {
  const database = new Database(join(running.data, 'custody/custody.db'), { readonly: true });
  try {
    const row = database
      .prepare('SELECT body FROM ledger_entries WHERE type = ? ORDER BY number DESC LIMIT 1')
      .get(type) as { body: string };
    return JSON.parse(row.body) as Record<string, unknown>;
  } finally {
    database.close();
  }
}

/** A folder that goes away with the test. */
function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'modes-'));
  folders.push(folder);
  return folder;
}

describe('an exam key is released in the way that the token can', () => {
  test('SoftHSM: inside the token, as the key’s statement, the ledger and custody’s state say', async () => {
    custody = await startCustody();
    const { exam, examKey } = await watchOnce(custody);
    expect(examKey.releaseMode).toBe('in-token');
    expect(newest(custody, 'exam-published')).toMatchObject({ releaseMode: 'in-token' });
    expect(newest(custody, 'custody-started')).toMatchObject({ releaseMode: 'in-token' });
    expect(await custody.room.state()).toMatchObject({ state: 'open', releaseMode: 'in-token' });
    // Whoever changes the word on its way to the test taker is found out.
    const other = { exam, examKey: { ...examKey, releaseMode: 'host-transient' as const } };
    await expect(checkExamKey(other as AttemptStart, null)).rejects.toThrow(Stop);
  });

  test('a token that cannot unwrap: through memory, said everywhere, and still so when the token learns it', async () => {
    const faulty = buildFaultyToken(scratch());
    faulty.have('no-unwrap');
    custody = await startCustody({
      environment: { CLOISTER_PKCS11_MODULE: faulty.module, ...faulty.environment },
    });
    const { exam, examKey, again } = await watchOnce(custody);
    expect(examKey.releaseMode).toBe('host-transient');
    expect(newest(custody, 'exam-published')).toMatchObject({ releaseMode: 'host-transient' });
    expect(await custody.room.state()).toMatchObject({ releaseMode: 'host-transient' });
    expect(newest(custody, 'released')).toMatchObject({ releaseMode: 'host-transient' });
    const place = ['--module', faulty.module, '--label', 'custody-test', '--pin-file', join(custody.data, 'pin')];
    const { SOFTHSM2_CONF } = custody.environment;
    const probed = spawnSync(join(ROOT, 'bin/cloister'), ['token', 'probe', ...place], {
      env: { PATH: process.env.PATH, SOFTHSM2_CONF, ...faulty.environment },
      encoding: 'utf8',
    });
    expect([probed.status, probed.stdout]).toEqual([
      2,
      expect.stringMatching(/Verdict: degraded, releases host-transient\n {2}It cannot keep a chapter key inside/),
    ]);
    faulty.have('none');
    await custody.restart();
    expect(await custody.room.state()).toMatchObject({ releaseMode: 'in-token' });
    expect((await custody.web.exam(exam)).examKey.releaseMode).toBe('host-transient');
    await again();
  });

  test.runIf(FULL)(
    'NSS, which makes no Ed25519 signatures: SHA-256 inside the token, and a log key that the token certifies',
    async () => {
      const pin = 'pin of the NSS token';
      const nss = makeNssToken(pin);
      folders.push(nss.folder);
      const folder = scratch();
      const [pinFile, logKeyFile] = [join(folder, 'pin'), join(folder, 'log-key.pem')];
      writeFileSync(pinFile, pin);
      const logKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
      writeFileSync(logKeyFile, logKey);
      const environment = {
        CLOISTER_PKCS11_MODULE: NSS_MODULE,
        CLOISTER_PKCS11_PARAMETERS: nss.parameters,
        CLOISTER_TOKEN_LABEL: NSS_LABEL,
        CLOISTER_PIN_FILE: pinFile,
        CLOISTER_LOG_KEY_FILE: logKeyFile,
      };
      custody = await startCustody({ environment });
      const { exam, examKey, again, registered } = await watchOnce(custody);
      expect(examKey).toMatchObject({ releaseMode: 'in-token', alg: 'RSA-OAEP-256' });

      const certificate = newest(custody, 'custody-started').logKey as { certifier: string; signature: string };
      const fingerprint = createHash('sha256').update(Buffer.from(certificate.certifier, 'base64url')).digest('hex');
      await pause(300);
      const ledger = join(custody.data, 'custody/ledger');
      const verdict = verifyFolder(ledger);
      expect(verdict.verdict).toBe('good');
      expect(verdict.sentence).toContain(fingerprint);

      const forged = {
        ...certificate,
        signature: certificate.signature.replace(/^./, (one) => (one === 'A' ? 'B' : 'A')),
      };
      const receipt = await seal(custody, exam, registered);
      const good = verifyReceipt(receipt, (await custody.operator.state()).verifierKey);
      expect(good.verdict).toBe('good');
      expect(good.sentence).toContain(fingerprint);
      expect(verifyReceipt({ ...receipt, certificate: forged }).sentence).toMatch(
        /^The certificate of the ledger’s key does not hold/,
      );

      // The same token and the same log key again; then another one of either.
      await custody.restart();
      await again();
      const another = join(folder, 'another.pem');
      writeFileSync(another, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
      expect(custody.refusedStart({ CLOISTER_LOG_KEY_FILE: another })).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('The certificate of the log key in the ledger’s folder does not hold'),
      });
      const stranger = makeNssToken(pin);
      folders.push(stranger.folder);
      expect(custody.refusedStart({ CLOISTER_PKCS11_PARAMETERS: stranger.parameters })).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('Another token than before carries this label'),
      });

      const file = join(ledger, 'log-key-certificate');
      writeFileSync(file, JSON.stringify(forged));
      expect(verifyFolder(ledger).sentence).toContain('it is not signed by the key that it names');
      writeFileSync(file, JSON.stringify(certificate));
    },
  );

  test.runIf(FULL)('without a log key a token like that is refused with what to do', async () => {
    const pin = 'pin of the NSS token';
    const nss = makeNssToken(pin);
    folders.push(nss.folder);
    const pinFile = join(scratch(), 'pin');
    writeFileSync(pinFile, pin);
    const environment = {
      CLOISTER_PKCS11_MODULE: NSS_MODULE,
      CLOISTER_PKCS11_PARAMETERS: nss.parameters,
      CLOISTER_TOKEN_LABEL: NSS_LABEL,
      CLOISTER_PIN_FILE: pinFile,
    };
    custody = await startCustody();
    const refused = custody.refusedStart({ ...environment, CLOISTER_CUSTODY_DATA: scratch() });
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('Set CLOISTER_LOG_KEY_FILE') });
  });
});

test.runIf(FULL)('cloister token probe says of NSS what it lacks, and exits accordingly', () => {
  const pin = 'pin of the NSS token';
  const nss = makeNssToken(pin);
  folders.push(nss.folder);
  const pinFile = join(scratch(), 'pin');
  writeFileSync(pinFile, pin);
  const words = ['token', 'probe', '--module', NSS_MODULE, '--label', NSS_LABEL, '--pin-file', pinFile];
  const probe = (...more: string[]) =>
    spawnSync(join(ROOT, 'bin/cloister'), [...words, '--parameters', nss.parameters, ...more], { encoding: 'utf8' });
  const { status, stdout } = probe('--json');
  expect(status).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'degraded', releaseMode: 'in-token' });
  expect(probe().stdout).toMatch(/Ed25519 .* refused: .*\n.*P-256 .* works\n\nVerdict: degraded, releases in-token/);
});
