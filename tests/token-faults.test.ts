import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { probeToken } from '../hsm/token/probe.ts';
import { Token } from '../hsm/token/token.ts';
import { hashOf, LABEL, makeReviewer, makeSoftToken, MODULE, PIN, seal } from './soft-token.ts';

let folder: string;
let module: string;
let token: Token;

beforeAll(async () => {
  folder = await makeSoftToken();
  module = join(folder, 'token-faults.so');
  const headers = join(import.meta.dirname, '../node_modules/pkcs11js/includes/pkcs11');
  execFileSync('cc', ['-shared', '-fPIC', '-I', headers, '-o', module, join(import.meta.dirname, 'token-faults.c')]);
  process.env.SOFTHSM_MODULE = MODULE;
  token = await Token.open({ module, label: LABEL, pin: PIN });
});

afterEach(() => {
  delete process.env.TOKEN_FAULT;
});

afterAll(async () => {
  await token?.close();
  await rm(folder, { recursive: true, force: true });
});

test('a token without room says so', async () => {
  process.env.TOKEN_FAULT = 'full';
  await expect(token.createExamKey('too much')).rejects.toMatchObject({
    code: 'token-full',
    message: expect.stringContaining('no room left'),
  });
});

test('an exam key that the token makes otherwise than asked is destroyed at once', async () => {
  process.env.TOKEN_FAULT = 'decrypts';
  await expect(token.createExamKey('wrong')).rejects.toMatchObject({
    code: 'template-refused',
    detail: 'differs from what was asked: decrypt',
  });
  expect(token.examKeyIds()).toEqual([]);
});

test('a token that drops the sensitivity of unwrapped keys releases nothing, even when it begins to in mid-life', async () => {
  const hash = hashOf(token.algorithm);
  const { spki } = await token.createExamKey('exam');
  const recipient = await token.openRecipient((await makeReviewer(hash)).spki);
  const envelope = await seal(spki, randomBytes(32), hash);
  expect((await token.rewrap('exam', envelope, recipient)).length).toBe(256);
  process.env.TOKEN_FAULT = 'readable';
  await expect(token.rewrap('exam', envelope, recipient)).rejects.toMatchObject({
    code: 'template-refused',
    detail: 'unwrapped keys are not sensitive',
  });
  process.env.TOKEN_FAULT = 'removed';
  await expect(token.rewrap('exam', envelope, recipient)).rejects.toMatchObject({ code: 'token-away' });
});

test('the probe calls SoftHSM degraded where it takes SHA-1 only, and full where it takes SHA-256', async () => {
  const report = await probeToken({ module: MODULE, label: LABEL, pin: PIN });
  expect(report.findings.map(({ operation }) => operation)).toEqual([
    'RSA-OAEP-256',
    'RSA-OAEP',
    'sensitive-unwrap',
    'wrap-to-recipient',
    'Ed25519',
  ]);
  const works = (name: string) => report.findings.find(({ operation }) => operation === name)?.outcome === 'works';
  expect(works('RSA-OAEP-256')).toBe(token.algorithms['RSA-OAEP-256'].works);
  expect(report.verdict).toBe(works('RSA-OAEP-256') ? 'full' : 'degraded');
  for (const name of ['RSA-OAEP', 'sensitive-unwrap', 'wrap-to-recipient', 'Ed25519']) expect(works(name)).toBe(true);
});

test('the probe survives a module that crashes, says on what, and goes on with the rest', async () => {
  process.env.TOKEN_FAULT = 'crashes';
  const { findings, verdict } = await probeToken({ module, label: LABEL, pin: PIN });
  expect(findings[0]).toEqual({ operation: 'RSA-OAEP-256', outcome: 'crashed', reason: 'SIGABRT' });
  expect(findings.find(({ operation }) => operation === 'RSA-OAEP')?.outcome).toBe('works');
  expect(findings.find(({ operation }) => operation === 'Ed25519')?.outcome).toBe('works');
  expect(verdict).toBe('degraded');
});

test('the probe calls a token unusable that does not keep an unwrapped key to itself', async () => {
  process.env.TOKEN_FAULT = 'readable';
  const { verdict, reasons } = await probeToken({ module, label: LABEL, pin: PIN });
  expect(verdict).toBe('unusable');
  expect(reasons).toContain('It does not keep an unwrapped chapter key to itself.');
});

test('the probe passes on why a token cannot be opened, and never the PIN', async () => {
  const report = await probeToken({ module: MODULE, label: LABEL, pin: 'hunter2hunter2' });
  expect(report.verdict).toBe('unusable');
  expect(report.reasons[0]).toMatch(/The token refused the PIN/);
  expect(JSON.stringify(report)).not.toContain('hunter2');
});
