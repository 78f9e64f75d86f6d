import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nameSealing, packShare, readShare, writeShare } from '../hsm/sealing/share.ts';
import { Sharing } from '../hsm/sealing/sharing.ts';
import { FULL } from './full.ts';
import { runCommand, runOnTerminal, sharesIn } from './command-line.ts';
import { type RunningCustody, startCustody } from './custody-process.ts';
import { CUSTODIANS, handOut, pinOf } from './sealing-setting.ts';

let custody: RunningCustody;
let socket: string;
let pin: string;
beforeAll(async () => {
  custody = await startCustody();
  socket = join(custody.data, 'sockets/operator.sock');
  pin = pinOf(custody);
});
afterAll(() => custody.stop());

const sealedFile = () => join(custody.data, 'custody/sealed-pin.json');
const pinFile = () => join(custody.data, 'pin');
const textOf = (share: Uint8Array) => writeShare(share).toString().replaceAll('\n', ' ');
const entries = (type: string) => {
  const db = new Database(join(custody.data, 'custody/custody.db'), { readonly: true });
  try {
    const rows = db.prepare('SELECT body FROM ledger_entries WHERE type = ? ORDER BY number').all(type);
    return rows.map((row) => JSON.parse((row as { body: string }).body) as Record<string, unknown>);
  } finally {
    db.close();
  }
};
/** The command, with one answer to whatever it asks. */
const unseal = (typed: string) => runCommand(['unseal', '--socket', socket], { answers: [[/Your share/, typed]] });

describe('before anything is sealed', () => {
  test.each([
    ['fewer than two to open it', 1, CUSTODIANS],
    ['more to open it than there are', 4, CUSTODIANS],
    ['one custodian twice', 2, ['Ada Lang', 'ada lang']],
    ['no custodian', 2, []],
  ])('%s is refused', async (_case, threshold, custodians) => {
    await expect(custody.operator.beginSealing({ threshold, custodians, pin })).rejects.toThrow('sealing-unsafe');
    expect((await custody.operator.sealing()).underWay).toBeUndefined();
  });

  test('who does not have the PIN cannot begin, and the try stands in the ledger', async () => {
    const order = { threshold: 2, custodians: CUSTODIANS, pin: 'another' };
    await expect(custody.operator.beginSealing(order)).rejects.toThrow('pin-differs');
    expect(entries('refused').at(-1)).toEqual({ tried: 'seal', refusal: 'pin-differs' });
  });

  test('nothing is sealed before every custodian has typed back what they were shown', async () => {
    await custody.operator.beginSealing({ threshold: 2, custodians: CUSTODIANS, pin });
    const first = await custody.operator.handOutShare('Ada Lang');
    await expect(custody.operator.handOutShare('Ada Lang')).rejects.toThrow('share-shown');
    await custody.operator.confirmShare(first);
    await custody.operator.handOutShare('Ben Oduya');
    await expect(custody.operator.completeSealing()).rejects.toThrow('share-unconfirmed');
    await custody.operator.abortSealing();
    await expect(custody.operator.completeSealing()).rejects.toThrow('sealing-missing');
    expect([existsSync(sealedFile()), existsSync(pinFile())]).toEqual([false, true]);
  });

  test('each command says its options, and one sentence when it cannot do what it is asked', async () => {
    const commands = [['seal'], ['unseal'], ['init'], ['ceremony'], ['representative', 'recover']];
    for (const help of await Promise.all(commands.map((words) => runCommand([...words, '--help']))))
      expect([help.status, help.out]).toEqual([0, expect.stringContaining('--socket')]);
    const refused = async (...args: string[]) => {
      const { status, out, err } = await runCommand(args);
      expect([status, out, err.trim().split('\n')]).toEqual([1, '', [expect.any(String)]]);
      return err;
    };
    const said = await Promise.all([
      refused('unseal', '--socket', join(custody.data, 'nowhere.sock')),
      refused('seal', '--socket', socket),
      refused('seal', '--socket', socket, '--threshold', '1', '--custodians', 'A', 'B'),
      refused('representative', 'recover', '--socket', socket, '--name', 'Ruth Albrecht'),
    ]);
    expect(said).toEqual([
      expect.stringMatching(/^cloister: Custody does not answer at .*nowhere\.sock\. Start it/),
      expect.stringMatching(/^cloister: No sealing is under way\. /),
      expect.stringContaining('at least 2'),
      expect.stringContaining('there are no custodians'),
    ]);
  });

  test('an officer comes back by the PIN, and the ledger says that nobody else vouched', async () => {
    await expect(custody.operator.recoverByPin('Vera Lindt', 'wrong')).rejects.toThrow('pin-differs');
    const by = ['representative', 'recover', '--socket', socket, '--name', 'Vera Lindt', '--pin-file', pinFile()];
    const recovered = await runCommand(by);
    expect([recovered.status, recovered.out]).toEqual([0, expect.stringMatching(/\/enrolments\/[\w-]{43}\n$/)]);
    const [entry] = entries('officer-recovered');
    expect(entry).toMatchObject({ name: 'Vera Lindt', roles: ['privacy-officer'], proof: { by: 'pin' } });
    expect(entry?.officers).toHaveLength(2);
    expect(entries('refused').at(-1)).toMatchObject({ tried: 'recover-officer', refusal: 'pin-differs' });
  });
});

describe('sealed by the command', () => {
  let shares: string[];
  let sealing: string;
  const bytes = (index: number) => Uint8Array.from(readShare(Buffer.from(shares[index] ?? '')));

  test('every share is shown once and typed back; only then the PIN file goes', async () => {
    const args = [
      'seal',
      '--socket',
      socket,
      '--threshold',
      '2',
      '--pin-file',
      pinFile(),
      '--custodians',
      ...CUSTODIANS,
    ];
    let killed = false;
    const typeBack = (shown: string | undefined) => (shown ?? '').replaceAll('\n', ' ');
    const first = await runCommand(args, {
      answers: [
        [/press Enter when you are alone/, ''],
        [/Press Enter when it is written down/, ''],
        [/type it back/, typeBack],
      ],
      // Cut off after the second share was shown and before it was typed back.
      watch: (said, kill) => {
        if (/Ben Oduya, type it back/.test(said) && !killed) kill();
        killed ||= /Ben Oduya, type it back/.test(said);
      },
    });
    const shown = sharesIn(first.out);
    expect([killed, shown.length, existsSync(pinFile())]).toEqual([true, 2, true]);
    const underWay = (await custody.operator.sealing()).underWay;
    expect(underWay?.custodians.map((one) => one.shown)).toEqual([true, true, false]);

    const second = await runCommand(['seal', '--socket', socket], {
      answers: [
        [/press Enter when you are alone/, ''],
        [/Press Enter when it is written down/, ''],
        [/Ben Oduya, type it back/, (shown[1] ?? '').replaceAll('\n', ' ')],
        [/Cleo Marsh, type it back/, typeBack],
      ],
    });
    expect(second).toMatchObject({ status: 0, out: expect.stringContaining('the PIN file is gone') });
    expect(second.err).toContain('This share was shown before and is not shown again.');
    const later = sharesIn(second.out);
    expect(later).toHaveLength(1);
    expect(shown).not.toContain(later[0]);
    shares = [...shown, ...later].map((share) => share.replaceAll('\n', ' '));
    sealing = underWay?.sealing ?? '';

    expect(existsSync(pinFile())).toBe(false);
    expect(statSync(sealedFile()).mode & 0o077).toBe(0);
    expect(readFileSync(sealedFile(), 'utf8')).not.toContain(pin);
    expect(entries('pin-sealed')).toEqual([{ sealing, threshold: 2, custodians: CUSTODIANS }]);
    expect((await custody.operator.state()).state).toBe('open');
  });

  test('started again it is sealed: its peers are told so, those of the intranet who has to come', async () => {
    await custody.restart();
    expect((await custody.room.state()).state).toBe('sealed');
    expect((await custody.web.state()).state).toBe('sealed');
    const facts = { present: 0, threshold: 2, custodians: CUSTODIANS };
    await expect(custody.room.signInOptions()).rejects.toMatchObject({ refusal: 'sealed', status: 503, facts });
    await expect(custody.operator.inviteOfficers(['A', 'B'])).rejects.toMatchObject({ refusal: 'sealed', facts });
    const toWeb = custody.web.ledgerFile('checkpoint');
    await expect(toWeb).rejects.toMatchObject({ refusal: 'sealed', retryable: true, facts: undefined });
    await expect(custody.operator.beginSealing({ threshold: 2, custodians: CUSTODIANS, pin })).rejects.toMatchObject({
      refusal: 'sealed',
    });
    await expect(custody.operator.beginRecovery('Vera Lindt')).rejects.toMatchObject({ refusal: 'sealed' });
  });

  test('custodians open it one by one; nothing that is typed wrong spoils what others gave', async () => {
    const present = async () => (await custody.operator.sealing()).waiting?.present;
    const mistyped = await unseal((shares[0] ?? '').replace(/^..../, (group) => (group === 'ZZZZ' ? 'YYYY' : 'ZZZZ')));
    expect([mistyped.status, mistyped.err]).toEqual([1, expect.stringContaining('There is a typing error')]);
    expect(await present()).toEqual([]);

    // On a terminal, with a mistake that is taken back: of what is typed nothing is shown.
    const screen = await runOnTerminal(['unseal', '--socket', socket], /Your share/, `X\x7f${shares[0]}`);
    expect(screen).toContain('1 of 2 have come; 1 more of Ben Oduya, Cleo Marsh');
    expect(screen).toContain('···· ····');
    for (const group of (shares[0] ?? '').trim().split(' ')) expect(screen).not.toContain(group);
    const again = await unseal(shares[0] ?? '');
    expect([again.status, again.out]).toEqual([0, expect.stringContaining('1 of 2 have come')]);
    const foreign = await unseal(textOf(packShare(nameSealing(Buffer.from([1, 2, 3])), Buffer.alloc(33, 7))));
    expect([foreign.status, foreign.err]).toEqual([1, expect.stringContaining(`It is of sealing 010203; ${sealing}`)]);
    expect(await present()).toEqual(['Ada Lang']);
    expect((await custody.room.state()).state).toBe('sealed');

    const last = await unseal(shares[2] ?? '');
    expect([last.status, last.out]).toEqual([0, expect.stringContaining('Custody is open')]);
    expect((await custody.room.state()).state).toBe('open');
    await expect(custody.room.signInOptions()).resolves.toBeDefined();
    expect(entries('custody-started').at(-1)).toMatchObject({
      unsealed: { sealing, custodians: ['Ada Lang', 'Cleo Marsh'] },
    });
    expect((await unseal(shares[1] ?? '')).out).toContain('Custody is not sealed');
  });

  test('while it is open the same shares bring an officer back, and neither those for one name nor those for unsealing count for another', async () => {
    await expect(custody.operator.recoverByPin('Olga Brandt', pin)).rejects.toThrow('shares-needed');
    await expect(custody.operator.giveRecoveryShare(bytes(0))).rejects.toThrow('recovery-missing');
    await custody.operator.beginRecovery('Somebody Else');
    expect(await custody.operator.giveRecoveryShare(bytes(0))).toMatchObject({ present: ['Ada Lang'] });
    expect(await custody.operator.beginRecovery('Olga Brandt')).toMatchObject({ present: [], threshold: 2 });
    const forged = packShare(sealing, Buffer.alloc(33, 9));
    await expect(custody.operator.giveRecoveryShare(Uint8Array.from(forged))).rejects.toThrow('share-foreign');
    expect(entries('refused').at(-1)).toMatchObject({ tried: 'recover-officer', refusal: 'share-foreign' });

    const answers = [shares[1] ?? '', shares[1] ?? '', shares[2] ?? ''];
    const recovered = await runCommand(['representative', 'recover', '--socket', socket, '--name', 'Olga Brandt'], {
      answers: [[/A share, of which nothing is shown/, () => answers.shift() ?? '']],
    });
    expect(recovered).toMatchObject({ status: 0, out: expect.stringMatching(/\/enrolments\/[\w-]{43}\n$/) });
    expect(entries('officer-recovered').at(-1)).toMatchObject({
      name: 'Olga Brandt',
      proof: { by: 'custodians', sealing, threshold: 2, present: ['Ben Oduya', 'Cleo Marsh'] },
    });
    const link = recovered.out.trim().split('/').at(-1) ?? '';
    expect((await custody.room.enrolmentOptions(link)).representative).toMatchObject({ name: 'Olga Brandt' });
  });

  test('neither PIN nor shares are left in any file of custody', async () => {
    await custody.kill();
    const secrets = [pin, ...shares.flatMap((share) => [share, share.replaceAll(' ', '')])];
    const files = readdirSync(custody.data, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    expect(files.length).toBeGreaterThan(10);
    for (const { parentPath, name } of files) {
      const content = readFileSync(join(parentPath, name)).toString('latin1');
      expect(
        secrets.filter((secret) => content.includes(secret)),
        name,
      ).toEqual([]);
    }
    await custody.start();
  });

  test('a sealed PIN that was changed is told from a wrong share, and does not open', async () => {
    const sound = readFileSync(sealedFile(), 'utf8');
    writeFileSync(sealedFile(), sound.replace('"threshold":2', '"threshold":3'));
    await custody.restart();
    for (const index of [0, 1]) await custody.operator.giveShare(bytes(index));
    await expect(custody.operator.giveShare(bytes(2))).rejects.toThrow('seal-broken');
    expect((await custody.room.state()).state).toBe('sealed');
    await custody.kill();
    writeFileSync(sealedFile(), '{"cloister":"sealed-pin/v1"}');
    const damaged = custody.refusedStart({});
    expect([damaged.status, damaged.stderr]).toEqual([
      1,
      expect.stringContaining('is damaged. Put its newest copy back'),
    ]);
    rmSync(sealedFile());
    const neither = custody.refusedStart({});
    expect([neither.status, neither.stderr]).toEqual([1, expect.stringContaining('neither a PIN file')]);
    writeFileSync(sealedFile(), sound);
    await custody.start();
  });

  test('a PIN that the token does not take leaves custody sealed, and running', async () => {
    // As after the token's security officer has set another PIN.
    await custody.kill();
    writeFileSync(sealedFile(), await wronglySealed());
    await custody.start();
    await custody.operator.giveShare((wrong[0] as Uint8Array<ArrayBuffer>).slice());
    await expect(custody.operator.giveShare((wrong[1] as Uint8Array<ArrayBuffer>).slice())).rejects.toThrow(
      'pin-refused',
    );
    expect((await custody.operator.sealing()).waiting).toMatchObject({ present: [], threshold: 2 });
    expect((await custody.room.state()).state).toBe('sealed');
  });

  test('where a PIN file opens the token, custodians whom somebody put beside it bring no officer back', async () => {
    await custody.kill();
    writeFileSync(pinFile(), pin);
    await custody.start();
    expect((await custody.room.state()).state).toBe('open');
    const officers = entries('officer-recovered').length;
    await custody.operator.beginRecovery('Mallory Finch');
    await custody.operator.giveRecoveryShare((wrong[0] as Uint8Array<ArrayBuffer>).slice());
    const last = custody.operator.giveRecoveryShare((wrong[1] as Uint8Array<ArrayBuffer>).slice());
    await expect(last).rejects.toThrow('pin-differs');
    expect(entries('refused').at(-1)).toMatchObject({ tried: 'recover-officer', refusal: 'pin-differs' });
    expect(entries('officer-recovered')).toHaveLength(officers);
  });
});

let wrong: Uint8Array<ArrayBuffer>[];
/** A sealing like any other, of a PIN that is not the token's. */
async function wronglySealed(): Promise<string> {
  const sharing = await Sharing.begin(2, CUSTODIANS, Buffer.from('not-the-pin'), () => undefined);
  wrong = CUSTODIANS.map((name) => Uint8Array.from(sharing.handOut(name)));
  sharing.forget();
  return JSON.stringify(sharing.sealed);
}

test.runIf(FULL)('shares are forgotten after a quarter of an hour', async () => {
  // Five minutes a second.
  const hasty = await startCustody({ rate: 300, unfounded: true });
  try {
    const shares = await handOut(hasty);
    await hasty.operator.completeSealing();
    await hasty.restart();
    const given = await hasty.operator.giveShare((shares[0] as Uint8Array<ArrayBuffer>).slice());
    expect(given).toMatchObject({ present: ['Ada Lang'], opened: false });
    await pause(1_000);
    expect((await hasty.operator.sealing()).waiting?.present).toEqual(['Ada Lang']);
    const present = async () => (await hasty.operator.sealing()).waiting?.present;
    await expect.poll(present, { timeout: 10_000 }).toEqual([]);
    await hasty.operator.giveShare((shares[1] as Uint8Array<ArrayBuffer>).slice());
    expect((await hasty.operator.sealing()).waiting?.present).toEqual(['Ben Oduya']);
  } finally {
    await hasty.stop();
  }
});
