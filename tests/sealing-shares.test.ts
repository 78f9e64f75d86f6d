import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  nameSealing,
  openShare,
  packShare,
  readShare,
  SHARE_BYTES,
  ShareError,
  writeShare,
} from '../hsm/sealing/share.ts';
import { openSealedPin, sealPin } from '../hsm/sealing/sealed-file.ts';
import { Sharing } from '../hsm/sealing/sharing.ts';
import { CUSTODIANS } from './sealing-setting.ts';

const share = () => packShare(nameSealing(randomBytes(3)), randomBytes(33));
const textOf = (one: Uint8Array) => writeShare(one).toString();
const never = () => expect.unreachable();

test('a share is four lines of four groups of four characters, and reads back as the same bytes', () => {
  for (let round = 0; round < 200; round++) {
    const one = share();
    expect(textOf(one)).toMatch(/^(([0-9A-HJKMNP-TV-Z]{4}[ \n]){4}){4}$/);
    expect(readShare(Buffer.from(textOf(one)))).toEqual(one);
  }
});

test('it may be typed in small letters, without blanks or with hyphens, and with letters that look like digits', () => {
  const one = share();
  const typed = textOf(one).toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replaceAll(/\s/g, '-');
  expect(readShare(Buffer.from(typed))).toEqual(one);
  expect(readShare(Buffer.from(textOf(one).replaceAll(/\s/g, '')))).toEqual(one);
});

test('one wrong character, two that changed places, a missing group and a foreign letter are each told', () => {
  const one = share();
  const text = textOf(one).replaceAll(/\s/g, '');
  const told = (typed: string) => {
    try {
      readShare(Buffer.from(typed));
    } catch (error) {
      expect(error).toBeInstanceOf(ShareError);
      return (error as Error).message;
    }
    return 'nothing';
  };
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === 'Z' ? 'Y' : 'Z';
    expect(told(text.slice(0, at) + other + text.slice(at + 1)), `character ${at}`).toMatch(/typing error/);
    const [a = '', b = ''] = text.slice(at);
    if (b && a !== b)
      expect(told(text.slice(0, at) + b + a + text.slice(at + 2)), `places ${at}`).toMatch(/typing error/);
  }
  expect(told(text.slice(4))).toMatch(/64 characters in 16 groups of four; this has 60/);
  expect(told(`${text}0000`)).toMatch(/this has 68/);
  expect(told(text.replace(/^./, 'U'))).toMatch(/character 1 is another one/);
  expect(told('')).toMatch(/this has 0/);
});

test('what is wrong with a share is said without any of it', () => {
  const text = textOf(share()).replaceAll(/\s/g, '');
  for (const typed of [text.slice(1), text.replace(/..$/, 'ZZ'), `${text}!`]) {
    try {
      readShare(Buffer.from(typed));
      never();
    } catch (error) {
      for (let at = 0; at + 4 <= typed.length; at++) expect(String(error)).not.toContain(typed.slice(at, at + 4));
    }
  }
});

test('any threshold of the shares open the PIN, one fewer do not, and neither does a changed header', async () => {
  const pin = Buffer.from('the PIN of the token');
  const sharing = await Sharing.begin(3, [...CUSTODIANS, 'Dora Quist', 'Emre Aydin'], pin, never);
  const shares = sharing.view().custodians.map(({ name }) => sharing.handOut(name));
  expect(shares.every((one) => one.length === SHARE_BYTES)).toBe(true);
  for (const [a, b, c] of [
    [0, 1, 2],
    [4, 2, 0],
    [1, 3, 4],
  ] as const) {
    const some = [shares[a], shares[b], shares[c]] as Buffer[];
    expect(await openSealedPin(sharing.sealed, some)).toEqual(pin);
    await expect(openSealedPin(sharing.sealed, some.slice(1))).rejects.toThrow(/was changed/);
    await expect(openSealedPin({ ...sharing.sealed, threshold: 2 }, some)).rejects.toThrow(/was changed/);
  }
  sharing.forget();
});

test('a share is handed out once; what is not what was handed out confirms nothing', async () => {
  const sharing = await Sharing.begin(2, CUSTODIANS, Buffer.from('pin'), never);
  const first = sharing.handOut('Ada Lang');
  expect(() => sharing.handOut('Ada Lang')).toThrow('share-shown');
  expect(() => sharing.confirm(share())).toThrow('share-foreign');
  const altered = Uint8Array.from(first);
  altered[10] = (altered[10] as number) ^ 1;
  expect(() => sharing.confirm(altered)).toThrow('share-damaged');
  expect(altered.every((byte) => byte === 0)).toBe(true);
  expect(sharing.confirm(Uint8Array.from(first))).toBe('Ada Lang');
  await expect(sharing.rehearse(sharing.sealed, Buffer.from('pin'))).rejects.toThrow('share-unconfirmed');
  for (const name of CUSTODIANS.slice(1)) sharing.confirm(sharing.handOut(name));
  await sharing.rehearse(sharing.sealed, Buffer.from('pin'));
  await expect(sharing.rehearse(sharing.sealed, Buffer.from('other'))).rejects.toThrow('pin-differs');
  const { nonce: _nonce, ciphertext: _ciphertext, ...named } = sharing.sealed;
  const foreign = sealPin(named, randomBytes(32), Buffer.from('pin'));
  await expect(sharing.rehearse(foreign, Buffer.from('pin'))).rejects.toThrow('seal-broken');
  expect(openShare(first).sealing).toBe(sharing.view().sealing);
  sharing.forget();
});
