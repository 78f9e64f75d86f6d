// A process of its own: puts a thousand exams' keys into a token. They are made outside, which takes seconds instead of a quarter of an hour, and
// have the templates of real ones.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { connect } from '../hsm/token/connection.ts';
import { CKA, CKK, CKO, examPrivate, examPublic, flagAttributes } from '../hsm/token/templates.ts';

const [module = '', label = '', pin = '', count = '0'] = (process.env.MORE_KEYS ?? '').split('|');

const { library, main, end } = connect({ module, label, pin, sessions: 0 });
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
const jwk = privateKey.export({ format: 'jwk' });
const number = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
const common = [
  { type: CKA.keyType, value: CKK.rsa },
  { type: CKA.modulus, value: number(jwk.n) },
  { type: CKA.publicExponent, value: number(jwk.e) },
];
// CKA_PRIVATE_EXPONENT to CKA_COEFFICIENT (PKCS#11 v3.0 section 2.1.3).
const secret = [jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi].map((value, i) => ({
  type: 0x123 + i,
  value: number(value),
}));

for (let made = 0; made < Number(count); made++) {
  const kid = randomUUID();
  const name = [
    { type: CKA.label, value: kid },
    { type: CKA.id, value: Buffer.from(kid) },
  ];
  const halves = [
    [{ type: CKA.class, value: CKO.privateKey }, ...secret, ...flagAttributes(examPrivate('in-token'))],
    [{ type: CKA.class, value: CKO.publicKey }, ...flagAttributes(examPublic('in-token'))],
  ];
  for (const half of halves) library.C_CreateObject(main, [...half, ...common, ...name]);
}
end();
