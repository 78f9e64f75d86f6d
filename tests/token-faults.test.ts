import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { probeToken } from '../hsm/token/probe.ts';
import { Token } from '../hsm/token/token.ts';
import { buildFaultyToken } from './faulty-token.ts';
import { hashOf, LABEL, makeReviewer, makeSoftToken, MODULE, PIN, seal } from './soft-token.ts';

let folder: string;
let faulty: ReturnType<typeof buildFaultyToken>;
let token: Token;

beforeAll(async () => {
  folder = await makeSoftToken();
  faulty = buildFaultyToken(folder);
  Object.assign(process.env, faulty.environment);
  token = await Token.open({ module: faulty.module, label: LABEL, pin: PIN });
});

afterEach(() => faulty.have('none'));

afterAll(async () => {
  await token?.close();
  await rm(folder, { recursive: true, force: true });
});

test('a token without room says so', async () => {
  faulty.have('full');
  await expect(token.createExamKey('too much')).rejects.toMatchObject({
    code: 'token-full',
    message: expect.stringContaining('no room left'),
  });
});

test('an exam key that the token makes otherwise than asked is destroyed at once', async () => {
  faulty.have('decrypts');
  await expect(token.createExamKey('wrong')).rejects.toMatchObject({
    code: 'template-refused',
    detail: 'differs from what was asked: decrypt',
  });
  expect(token.examKeyIds()).toEqual([]);
});

test('a token that drops the sensitivity of unwrapped keys releases nothing, even when it begins to in mid-life', async () => {
  const hash = hashOf(token.algorithm);
  const { spki, ...made } = await token.createExamKey('exam');
  const exam = { kid: 'exam', ...made };
  const recipient = token.openRecipient((await makeReviewer(hash)).spki);
  const envelope = await seal(spki, randomBytes(32), hash);
  expect((await token.rewrap(exam, envelope, recipient)).length).toBe(256);
  faulty.have('readable');
  await expect(token.rewrap(exam, envelope, recipient)).rejects.toMatchObject({
    code: 'template-refused',
    detail: 'unwrapped keys are not sensitive',
  });
  faulty.have('removed');
  await expect(token.rewrap(exam, envelope, recipient)).rejects.toMatchObject({ code: 'token-away' });
});

test('the probe calls SoftHSM degraded where it takes SHA-1 only, and full where it takes SHA-256', async () => {
  const report = await probeToken({ module: MODULE, label: LABEL, pin: PIN });
  expect(report.findings.map(({ operation }) => operation)).toEqual([
    'RSA-OAEP-256',
    'RSA-OAEP',
    'sensitive-unwrap',
    'wrap-to-recipient',
    'decrypt-RSA-OAEP-256',
    'decrypt-RSA-OAEP',
    'key-rights',
    'Ed25519',
    'P-256',
  ]);
  const works = (name: string) => report.findings.find(({ operation }) => operation === name)?.outcome === 'works';
  expect(works('RSA-OAEP-256')).toBe(token.abilities.algorithms['RSA-OAEP-256'].works);
  expect(report.verdict).toBe(works('RSA-OAEP-256') ? 'full' : 'degraded');
  for (const name of ['RSA-OAEP', 'sensitive-unwrap', 'wrap-to-recipient', 'key-rights', 'Ed25519', 'P-256'])
    expect(works(name)).toBe(true);
});

test('the probe survives a module that crashes, says on what, and goes on with the rest', async () => {
  faulty.have('crash-sha256');
  const { findings, verdict } = await probeToken({ module: faulty.module, label: LABEL, pin: PIN });
  expect(findings[0]).toEqual({ operation: 'RSA-OAEP-256', outcome: 'crashed', reason: 'SIGSEGV' });
  expect(findings.find(({ operation }) => operation === 'RSA-OAEP')?.outcome).toBe('works');
  expect(findings.find(({ operation }) => operation === 'Ed25519')?.outcome).toBe('works');
  expect(verdict).toBe('degraded');
});

test('the probe calls a token degraded that does not keep an unwrapped key to itself, and says what it would be used for', async () => {
  faulty.have('readable');
  const { verdict, releaseMode, reasons } = await probeToken({ module: faulty.module, label: LABEL, pin: PIN });
  expect({ verdict, releaseMode }).toEqual({ verdict: 'degraded', releaseMode: 'host-transient' });
  expect(reasons[0]).toMatch(/^It cannot keep a chapter key inside while it is released/);
});

test('a token that cannot unwrap gets exam keys for the other release mode, which do nothing else', async () => {
  await token.close();
  faulty.have('no-unwrap');
  token = await Token.open({ module: faulty.module, label: LABEL, pin: PIN });
  expect(token.abilities.releaseMode).toBe('host-transient');
  const { spki, ...made } = await token.createExamKey('through the host');
  const exam = { kid: 'through the host', ...made };
  expect(token.examKeyAttributes(exam.kid).private).toMatchObject({ decrypt: true, unwrap: false, extractable: false });
  const hash = hashOf(exam.alg);
  const [reviewer, secret] = [await makeReviewer(hash), randomBytes(32)];
  const recipient = token.openRecipient(reviewer.spki);
  expect(await reviewer.open(await token.rewrap(exam, await seal(spki, secret, hash), recipient))).toEqual(secret);
  const short = await seal(spki, randomBytes(16), hash);
  await expect(token.rewrap(exam, short, recipient)).rejects.toMatchObject({ code: 'envelope-unreadable' });
  // The mode is the key's, not the token's: neither kind is ever used in the other way.
  faulty.have('none');
  const other = { ...exam, releaseMode: 'in-token' as const };
  const sealed = await seal(spki, secret, hash);
  await expect(token.rewrap(other, sealed, recipient)).rejects.toMatchObject({ code: 'template-refused' });
  await token.close();
  token = await Token.open({ module: faulty.module, label: LABEL, pin: PIN });
  expect(token.abilities.releaseMode).toBe('in-token');
  const again = token.openRecipient(reviewer.spki);
  expect(await reviewer.open(await token.rewrap(exam, sealed, again))).toEqual(secret);
});

test('a token that fails every third call goes on working, and a bad envelope stays one', async () => {
  const { spki, ...made } = await token.createExamKey('third');
  const exam = { kid: 'third', ...made };
  const hash = hashOf(exam.alg);
  const [reviewer, secret] = [await makeReviewer(hash), randomBytes(32)];
  const recipient = token.openRecipient(reviewer.spki);
  await token.ensureApplianceKey('third');
  const envelope = await seal(spki, secret, hash);
  faulty.have('third');
  for (let i = 0; i < 10; i++) {
    expect(await reviewer.open(await token.rewrap(exam, envelope, recipient))).toEqual(secret);
    expect(await token.sign(randomBytes(10))).toHaveLength(64);
  }
  await expect(token.rewrap(exam, randomBytes(384), recipient)).rejects.toMatchObject({ code: 'envelope-unreadable' });
});

test('room for another exam key is found out before it is needed, and leaves nothing behind', async () => {
  const before = token.examKeyIds();
  expect(await Promise.all([token.hasRoomForExamKey(), token.hasRoomForExamKey()])).toEqual([true, true]);
  faulty.have('full');
  expect(await token.hasRoomForExamKey()).toBe(false);
  expect(token.examKeyIds()).toEqual(before);
});

test('the probe passes on why a token cannot be opened, and never the PIN', async () => {
  const report = await probeToken({ module: MODULE, label: LABEL, pin: 'hunter2hunter2' });
  expect(report.verdict).toBe('unusable');
  expect(report.reasons[0]).toMatch(/The token refused the PIN/);
  expect(JSON.stringify(report)).not.toContain('hunter2');
});
