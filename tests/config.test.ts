import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig, readMailSettings } from '../app/config.ts';
import { staffNetworks } from '../app/http/staff-networks.ts';
import { ConfigError as CustodyConfigError, readConfig as readCustodyConfig } from '../hsm/config.ts';
import { signingWitness } from './signing-witness.ts';

function faultsOf(read: () => unknown, kind: typeof ConfigError): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof kind)
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    throw error;
  }
  return [];
}

const GOOD_ROOM = {
  CLOISTER_INSTITUTION: 'A university',
  CLOISTER_EXAM_ORIGIN: 'https://exam.localhost:8443',
  CLOISTER_STAFF_ORIGIN: 'https://staff.localhost:8444',
  CLOISTER_ROOM_ORIGIN: 'https://room.localhost:8445',
  CLOISTER_RECORDINGS: import.meta.dirname,
  CLOISTER_CUSTODY_SOCKET: 'room.sock',
  CLOISTER_ROOM_PORT: '8445',
  CLOISTER_ROOM_CERTIFICATE: import.meta.filename,
  CLOISTER_ROOM_KEY: import.meta.filename,
};

describe('configuration', () => {
  test('a good one is read, with numbers as numbers and defaults filled in', () => {
    const config = readConfig('room', { ...GOOD_ROOM, HOME: 'not ours' });
    expect(config).toMatchObject({
      CLOISTER_ROOM_PORT: 8445,
      CLOISTER_ADDRESS: '127.0.0.1',
      CLOISTER_LOG_LEVEL: 'info',
    });
  });

  test('all faults are said at once: the missing, the malformed, the unknown', () => {
    const { CLOISTER_INSTITUTION: _, ...rest } = GOOD_ROOM;
    const faults = faultsOf(
      () =>
        readConfig('room', {
          ...rest,
          CLOISTER_ROOM_PORT: '99999',
          CLOISTER_STAFF_ORIGIN: 'http://staff.localhost/path',
          CLOISTER_ROOM_KEY: 'no-such-file',
          CLOISTER_RECORDINGZ: 'a misspelt name',
        }),
      ConfigError,
    );
    expect(faults).toHaveLength(5);
    for (const name of [
      'INSTITUTION: is missing',
      'ROOM_PORT',
      'STAFF_ORIGIN',
      'ROOM_KEY: names a file',
      'RECORDINGZ is not a setting',
    ]) {
      expect(faults.join('\n')).toContain(name);
    }
  });

  const GOOD_WEB = {
    ...Object.fromEntries(Object.entries(GOOD_ROOM).filter(([name]) => !/_ROOM_(PORT|CERTIFICATE|KEY)$/.test(name))),
    CLOISTER_DATABASE: 'appliance.db',
    CLOISTER_FILES: import.meta.dirname,
    CLOISTER_EXAM_PORT: '8443',
    CLOISTER_STAFF_PORT: '8444',
    CLOISTER_EXAM_CERTIFICATE: import.meta.filename,
    CLOISTER_EXAM_KEY: import.meta.filename,
    CLOISTER_STAFF_CERTIFICATE: import.meta.filename,
    CLOISTER_STAFF_KEY: import.meta.filename,
  };

  test('networks are read with their prefix, an address alone as itself', () => {
    const config = readConfig('web', { ...GOOD_WEB, CLOISTER_STAFF_NETWORKS: '10.0.0.0/8, ::1, 0.0.0.0/0' });
    expect(config.CLOISTER_STAFF_NETWORKS).toEqual([
      { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
      { address: '::1', prefix: 128, family: 'ipv6' },
      { address: '0.0.0.0', prefix: 0, family: 'ipv4' },
    ]);
    expect(() => staffNetworks(config.CLOISTER_STAFF_NETWORKS)).not.toThrow();
  });

  test.each([
    '10.0.0.0/33',
    '::1/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/8.5',
    'campus',
    '300.1.1.1',
  ])('the network %s is a fault, said with all others', (network) => {
    const faults = faultsOf(
      () =>
        readConfig('web', { ...GOOD_WEB, CLOISTER_STAFF_NETWORKS: `127.0.0.1,${network}`, CLOISTER_EXAM_PORT: '0' }),
      ConfigError,
    );
    expect(faults).toHaveLength(2);
    expect(faults).toContain(`CLOISTER_STAFF_NETWORKS: "${network}" is not a network`);
  });

  test('no network at all is a fault too: it would shut everybody out', () => {
    const faults = faultsOf(() => readConfig('web', { ...GOOD_WEB, CLOISTER_STAFF_NETWORKS: ' , ' }), ConfigError);
    expect(faults).toEqual(['CLOISTER_STAFF_NETWORKS: names no network']);
  });

  const [WITNESS, OTHER] = ['observers.example/w1', 'others.example/w2'].map((name) => signingWitness(name).key) as [
    string,
    string,
  ];

  test('witnesses are read as keys and the address where each takes checkpoints', () => {
    const pairs = `${WITNESS} https://witness.example/prefix/ , ${OTHER} http://192.0.2.1:8447`;
    const { CLOISTER_WITNESSES: asked } = readConfig('web', {
      ...{ ...GOOD_WEB, CLOISTER_STAFF_NETWORKS: '::1' },
      CLOISTER_WITNESSES: pairs,
    });
    expect(asked.map(({ verifier, address }) => [verifier.name, address])).toEqual([
      ['observers.example/w1', 'https://witness.example/prefix/add-checkpoint'],
      ['others.example/w2', 'http://192.0.2.1:8447/add-checkpoint'],
    ]);
  });

  test.each([
    ['', 'is not, in pair 1, a witness’s key, a space and the http or https address'],
    [WITNESS, 'is not, in pair 1, a witness’s key, a space and the http or https address'],
    [`${WITNESS} ftp://witness.example`, 'is not, in pair 1, a witness’s key, a space and the http or https address'],
    [
      `${WITNESS} https://me:secret@witness.example`,
      'is not, in pair 1, a witness’s key, a space and the http or https address',
    ],
    [`${WITNESS} https://witness.example https://again.example`, 'is not, in pair 1, a witness’s key, a space'],
    [`${WITNESS.slice(0, -4)} https://witness.example`, 'which is no witness’s key: '],
    [`${WITNESS} https://a.example,${WITNESS} https://b.example`, 'names observers.example/w1 twice'],
  ])('the witness “%s” is a fault', (text, said) => {
    const own = { ...GOOD_WEB, CLOISTER_STAFF_NETWORKS: '::1', CLOISTER_WITNESSES: text };
    const faults = faultsOf(() => readConfig('web', own), ConfigError);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(said);
    expect(faults[0]).toMatch(/^CLOISTER_WITNESSES: (is not|holds|names)\b/);
    expect(faults[0]).not.toContain('secret');
  });

  test('custody knows witnesses by their keys, each once, and takes a ledger’s key for none', () => {
    const ledger = `ledger.example+${'0'.repeat(8)}+${Buffer.alloc(33, 1).toString('base64')}`;
    for (const [keys, said] of [
      ['no key', 'which is no witness’s key'],
      [ledger, 'is not a witness’s Ed25519 key'],
      [`${WITNESS},${WITNESS}`, 'names observers.example/w1 twice'],
    ])
      expect(
        faultsOf(() => readCustodyConfig({ CLOISTER_WITNESS_KEYS: keys }), CustodyConfigError).join('\n'),
      ).toContain(said);
    const sound = faultsOf(
      () => readCustodyConfig({ CLOISTER_WITNESS_KEYS: `${WITNESS}, ${OTHER}` }),
      CustodyConfigError,
    );
    expect(sound.join('\n')).not.toContain('WITNESS');
  });

  const FROM = { CLOISTER_SMTP_FROM: 'exams@university.example' };

  test('mail is encrypted unless it stays on the machine, or somebody says dangerously that it need not be', () => {
    const encryption = (url: string, more = {}) =>
      readMailSettings({ CLOISTER_SMTP_URL: url, ...FROM, ...more })?.encryption;
    expect(readMailSettings({ HOME: 'not ours', CLOISTER_ROOM_PORT: 'no' })).toBeUndefined();
    expect(readMailSettings({ CLOISTER_SMTP_URL: 'smtp://mail.university.example', ...FROM })).toEqual({
      ...{ host: 'mail.university.example', port: 587, encryption: 'starttls', from: FROM.CLOISTER_SMTP_FROM },
      ...{ user: undefined, passwordFile: undefined },
    });
    expect(encryption('smtps://mail.university.example:4650')).toBe('tls-first');
    const dangerous = { CLOISTER_SMTP_DANGEROUSLY_UNENCRYPTED: 'yes' };
    expect(encryption('smtp://mail.university.example:25', dangerous)).toBe('none');
    for (const host of ['localhost', '127.0.0.1', '[::1]']) expect(encryption(`smtp://${host}:25`)).toBe('none');
    for (const host of ['127.0.0.1.example', 'localhost.example', '10.0.0.1']) {
      expect(encryption(`smtp://${host}`)).toBe('starttls');
    }
    const user = readMailSettings({
      ...{ CLOISTER_SMTP_URL: 'smtp://web%40exams@mail.university.example', ...FROM },
      CLOISTER_SMTP_PASSWORD_FILE: import.meta.filename,
    });
    expect(user).toMatchObject({ user: 'web@exams', passwordFile: import.meta.filename });
  });

  test.each([
    [{ CLOISTER_SMTP_URL: 'http://mail' }, ['SMTP_URL: has to be smtp://HOST', 'SMTP_FROM: is missing']],
    [{ CLOISTER_SMTP_URL: 'smtp://a:secret@mail', ...FROM }, ['SMTP_URL: holds a password']],
    [{ CLOISTER_SMTP_URL: 'smtp://a@mail', ...FROM }, ['SMTP_PASSWORD_FILE: is missing']],
    [
      { CLOISTER_SMTP_URL: 'smtp://mail', ...FROM, CLOISTER_SMTP_PASSWORD_FILE: import.meta.filename },
      ['PASSWORD_FILE: is there, and CLOISTER_SMTP_URL names no user'],
    ],
    [
      { CLOISTER_SMTP_URL: 'smtps://mail', ...FROM, CLOISTER_SMTP_DANGEROUSLY_UNENCRYPTED: 'yes' },
      ['UNENCRYPTED: contradicts smtps://'],
    ],
    [
      { CLOISTER_SMTP_URL: 'smtp://mail/box', CLOISTER_SMTP_FROM: 'exams' },
      ['behind the host', 'SMTP_FROM: is not an'],
    ],
    [
      { CLOISTER_SMTP_FROM: 'exams', CLOISTER_SMTP_PASSWORD_FILE: 'no-such-file', CLOISTER_SMTP_PORT: '25' },
      [
        'SMTP_FROM: is not an',
        'PASSWORD_FILE: names a file that does not exist',
        'SMTP_PORT is not a setting',
        'SMTP_FROM: says nothing without CLOISTER_SMTP_URL',
        'PASSWORD_FILE: says nothing without CLOISTER_SMTP_URL',
      ],
    ],
  ])('mail that cannot be sent is said at once, with all other faults: %j', (own, expected) => {
    const faults = faultsOf(
      () => readConfig('web', { ...GOOD_WEB, CLOISTER_STAFF_NETWORKS: '::1', CLOISTER_EXAM_PORT: '0', ...own }),
      ConfigError,
    );
    expect(faults).toHaveLength(expected.length + 1);
    for (const fault of expected) expect(faults.join('\n')).toContain(fault);
    expect(faults.join('\n')).not.toContain('secret');
    expect(faultsOf(() => readMailSettings(own), ConfigError)).toHaveLength(expected.length);
  });

  test('a setting of another process is unknown here', () => {
    expect(
      faultsOf(() => readConfig('room', { ...GOOD_ROOM, CLOISTER_PIN_FILE: import.meta.filename }), ConfigError),
    ).toEqual(['CLOISTER_PIN_FILE is not a setting of room']);
  });

  test('custody lists its own faults the same way, and never the PIN', () => {
    const faults = faultsOf(
      () => readCustodyConfig({ CLOISTER_TOKEN_LABEL: '', CLOISTER_PIN: 'secret-in-the-environment' }),
      CustodyConfigError,
    );
    expect(faults.join('\n')).toContain('CLOISTER_PIN is not a setting of custody');
    expect(faults.join('\n')).toContain('CLOISTER_PKCS11_MODULE: is missing');
    expect(faults.join('\n')).not.toContain('secret-in-the-environment');
  });
});
