// A process of its own: the bare unwrap and wrap on a token, as fast as its sessions go. Parent says "run <seconds>", it answers a rate.
import { constants, createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import { Token } from '../hsm/token/token.ts';

const [module = '', label = '', pin = ''] = (process.env.TOKEN_LOOP ?? '').split('|');
const IN_FLIGHT = 16;

const token = await Token.open({ module, label, pin });
const kid = 'loop';
const { spki, ...exam } = await token.createExamKey(kid);
const envelope = publicEncrypt(
  {
    key: createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }),
    padding: constants.RSA_PKCS1_OAEP_PADDING,
    oaepHash: token.algorithm === 'RSA-OAEP' ? 'sha1' : 'sha256',
  },
  randomBytes(32),
);
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const recipient = token.openRecipient(publicKey.export({ format: 'der', type: 'spki' }));

process.on('message', async (seconds: number) => {
  const end = performance.now() + seconds * 1000;
  let done = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (performance.now() < end) {
        await token.rewrap({ kid, ...exam }, envelope, recipient);
        done++;
      }
    }),
  );
  process.send?.((done / (performance.now() - started)) * 1000);
});
process.send?.('ready');
