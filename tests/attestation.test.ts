import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enrol, ROOM_ORIGIN, type RunningCustody, startCustody } from './custody-process.ts';
import { SecurityKey } from './security-key.ts';

const TAKEN = randomUUID();
let folder: string;
let custody: RunningCustody;

/** A maker of security keys: its certificate, and those of the models that it attests. */
function openssl(...words: string[]): void {
  execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
}

function makeRoot(name: string): void {
  const subject = `/C=DE/O=${name}/CN=${name} root`;
  const usage = ['-addext', 'basicConstraints=critical,CA:TRUE'];
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
  openssl(
    'req',
    '-x509',
    '-new',
    '-key',
    `${name}.key`,
    '-days',
    '30',
    '-subj',
    subject,
    ...usage,
    '-out',
    `${name}.pem`,
  );
}

/** Makes a model's attestation certificate (WebAuthn level 3, section 8.2.1). */
function makeModel(name: string, root: string, aaguid: string): void {
  const extensions = `basicConstraints=critical,CA:FALSE\n1.3.6.1.4.1.45724.1.1.4=DER:0410${aaguid.replaceAll('-', '')}\n`;
  writeFileSync(join(folder, `${name}.ext`), extensions);
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
  const subject = `/C=DE/O=${root}/OU=Authenticator Attestation/CN=${name}`;
  openssl('req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`);
  openssl(
    ...['x509', '-req', '-in', `${name}.csr`, '-CA', `${root}.pem`, '-CAkey', `${root}.key`, '-CAcreateserial'],
    ...['-days', '30', '-extfile', `${name}.ext`, '-out', `${name}.pem`],
  );
}

/** A security key of a model, which attests itself by the model's certificate, or by its own key alone. */
class ModelKey extends SecurityKey {
  readonly #model: string | undefined;
  readonly #aaguid: string;

  constructor(aaguid: string, model?: string) {
    super();
    this.#aaguid = aaguid;
    this.#model = model;
  }

  protected override get aaguid(): Buffer {
    return Buffer.from(this.#aaguid.replaceAll('-', ''), 'hex');
  }

  /** {"fmt": "packed", "attStmt": {"alg": -7, "sig": bytes, ["x5c": [bytes]]}, "authData": bytes} (RFC 8949) */
  protected override attest(data: Buffer, client: Buffer): Buffer {
    const model = this.#model;
    const key = model ? createPrivateKey(readFileSync(join(folder, `${model}.key`))) : this.privateKey;
    const signature = sign('sha256', Buffer.concat([data, createHash('sha256').update(client).digest()]), key);
    const chain = model
      ? [
          text('x5c'),
          Buffer.from([0x81]),
          bytes(
            Buffer.from(
              readFileSync(join(folder, `${model}.pem`), 'utf8').replaceAll(/-----[^-]+-----|\n/g, ''),
              'base64',
            ),
          ),
        ]
      : [];
    return Buffer.concat([
      ...[Buffer.from([0xa3]), text('fmt'), text('packed'), text('attStmt'), Buffer.from([model ? 0xa3 : 0xa2])],
      ...[text('alg'), Buffer.from([0x26]), text('sig'), bytes(signature), ...chain],
      ...[text('authData'), bytes(data)],
    ]);
  }
}

const text = (word: string) => Buffer.concat([Buffer.from([0x60 + word.length]), Buffer.from(word)]);
const bytes = (value: Buffer) => Buffer.concat([Buffer.from([0x59, value.length >> 8, value.length & 0xff]), value]);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attestation-'));
  for (const root of ['Good', 'Evil']) makeRoot(root);
  makeModel('taken', 'Good', TAKEN);
  makeModel('other', 'Good', randomUUID());
  makeModel('forged', 'Evil', TAKEN);
  custody = await startCustody({
    unfounded: true,
    environment: { CLOISTER_PASSKEY_MODELS: TAKEN.toUpperCase(), CLOISTER_PASSKEY_ROOTS: join(folder, 'Good.pem') },
  });
}, 60_000);
afterAll(async () => {
  await custody?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('where models are configured, only a key that proves its model by the maker’s root is enrolled', async () => {
  const { officers } = await custody.operator.inviteOfficers(['One', 'Two']);
  const link = officers[0]?.enrolment ?? '';
  const { options } = await custody.room.enrolmentOptions(link);
  expect(options.attestation).toBe('direct');
  const otherModel = randomUUID();
  for (const key of [new SecurityKey(), new ModelKey(TAKEN), new ModelKey(TAKEN, 'forged')]) {
    const { options: asked } = await custody.room.enrolmentOptions(link);
    await expect(custody.room.enrol(link, key.enrol(asked, ROOM_ORIGIN))).rejects.toThrow('passkey-model');
  }
  // One model's certificate on another's word, and a model that is not on the list.
  for (const key of [new ModelKey(TAKEN, 'other'), new ModelKey(otherModel, 'other')]) {
    const { options: asked } = await custody.room.enrolmentOptions(link);
    await expect(custody.room.enrol(link, key.enrol(asked, ROOM_ORIGIN))).rejects.toThrow('passkey-');
  }
  expect(custody.entries().filter(({ body }) => body.refusal === 'passkey-model')).toHaveLength(3);
  const taken = await enrol(custody, link, new ModelKey(TAKEN, 'taken'));
  expect(taken.name).toBe('One');
  expect(custody.entries().at(-1)).toMatchObject({ type: 'passkey-enrolled', body: { aaguid: TAKEN, attested: true } });
});

test('models without roots, roots without models, and files that hold no certificate are refused at the start', () => {
  writeFileSync(join(folder, 'empty.pem'), 'no certificate');
  const roots = join(folder, 'Good.pem');
  for (const [wrong, words] of [
    [{ CLOISTER_PASSKEY_ROOTS: roots, CLOISTER_PASSKEY_MODELS: 'yubikey' }, 'is not a list of AAGUIDs'],
    [{ CLOISTER_PASSKEY_ROOTS: join(folder, 'empty.pem') }, 'holds no certificate'],
    [{ CLOISTER_SYNCED_PASSKEYS: 'yes' }, 'CLOISTER_SYNCED_PASSKEYS'],
  ] as const) {
    const { status, stderr } = custody.refusedStart(wrong);
    expect(status).toBe(1);
    expect(stderr).toContain(words);
  }
  const alone = custody.refusedStart({ CLOISTER_PASSKEY_ROOTS: '' });
  expect(alone.status).toBe(1);
});
