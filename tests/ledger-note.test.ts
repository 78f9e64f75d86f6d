import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  createVerifier,
  formatCheckpoint,
  formatNote,
  formatVerifierKey,
  NoteError,
  openCheckpoint,
  openNote,
  parseCheckpoint,
  parseVerifierKey,
} from '../hsm/ledger/note.ts';

// The example of golang.org/x/mod/sumdb/note, which the C2SP signed-note format came from.
const KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const TEXT =
  'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n'.replace(
    '’',
    "'",
  );
const NOTE = `${TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const own = createVerifier(
  'example.com/ledger',
  Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url'),
);
const signed = (text: string) => formatNote(text, own, sign(null, Buffer.from(text), privateKey));

test('the note and key that Go publishes as an example verify, and are written back byte for byte', () => {
  const verifier = parseVerifierKey(KEY);
  expect(openNote(NOTE, verifier)).toBe(TEXT);
  expect(formatVerifierKey(verifier)).toBe(KEY);
  const signature = Buffer.from(NOTE.trimEnd().split(' ').at(-1) as string, 'base64').subarray(4);
  expect(formatNote(TEXT, verifier, signature)).toBe(NOTE);
});

test('the verifier key of Go’s checksum database, which holds a plus sign in its base64, is read whole', () => {
  const key = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';
  expect(formatVerifierKey(parseVerifierKey(key))).toBe(key);
});

test('keys with a wrong id, an id in capitals, another algorithm, a space or too few bytes are refused', () => {
  const bad = [
    KEY.replace('c74f20a3', 'c74f20a4'),
    KEY.replace('c74f20a3', 'C74F20A3'),
    'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    KEY.replace('PeterNeumann', 'Peter Neumann'),
    'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy',
    'PeterNeumann+c74f20a3',
    '',
  ];
  for (const key of bad) expect(() => parseVerifierKey(key)).toThrow(NoteError);
});

test('a note with one letter changed, another key or no signature of ours is refused', () => {
  const note = signed('a\nb\nc\n');
  expect(openNote(note, own)).toBe('a\nb\nc\n');
  expect(() => openNote(note.replace('b', 'd'), own)).toThrow('is wrong');
  expect(() => openNote(note, parseVerifierKey(KEY))).toThrow('is not signed by PeterNeumann');
  expect(() => openNote(NOTE, own)).toThrow('is not signed by example.com/ledger');
  expect(() => openNote('a\nb\n', own)).toThrow('no signatures');
  expect(() => openNote(note.replace('— ', '- '), own)).toThrow('malformed');
  expect(() => openNote(note.replace('a\n', 'a\r\n'), own)).toThrow('no note may hold');
});

test('signatures of keys that are not known, such as a witness’s, are passed over', () => {
  const witness = NOTE.slice(NOTE.indexOf('— '));
  expect(openNote(`${signed('a\n')}${witness}`, own)).toBe('a\n');
});

test('a checkpoint is origin, size and base64 root, a line each, and nothing looser', () => {
  const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
  const checkpoint = parseCheckpoint(text);
  expect(checkpoint.size).toBe(20852163);
  expect(formatCheckpoint(checkpoint)).toBe(text);
  expect(parseCheckpoint(`${text}an extension\n`).size).toBe(20852163);
  const bad = [
    text.replace('20852163', '020852163'),
    text.replace('20852163', '-1'),
    text.replace('20852163', '2e3'),
    text.replace('2I=', '2I'),
    text.replace('CsUYapGG', ''),
    text.slice(0, -1),
    `${text}\n`,
    '\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n',
  ];
  for (const one of bad) expect(() => parseCheckpoint(one)).toThrow(NoteError);
});

test('a checkpoint of another ledger is refused though the key is right', () => {
  const text = formatCheckpoint({ origin: 'example.com/other', size: 0, root: Buffer.alloc(32) });
  expect(() => openCheckpoint(signed(text), own)).toThrow('another ledger');
});
