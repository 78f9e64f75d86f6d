import { hash } from 'node:crypto';
import { z } from 'zod';
import { line } from '../acts/wording.ts';
import type { Custody } from '../custody.ts';
import { tryExamKey } from '../exam-key-trial.ts';
import { inviteOfficers } from '../register/representatives.ts';
import { beginRecovery, giveRecoveryShare, recoverByPin } from '../sealing/recovery.ts';
import { SHARE_BYTES } from '../sealing/share.ts';
import { abortSharing, beginSharing, completeSharing, sharingOf } from '../sealing/sharing.ts';
import { viewState, viewToken } from '../state.ts';
import { viewWitnesses } from '../witnesses.ts';
import { ledgerFiles } from './ledger-files.ts';
import { bytesOf, json, socketApp } from './socket-app.ts';

const name = line(100);
const pin = z.string().min(1).max(255);
const officers = z.strictObject({ names: z.tuple([name, name]) });
const order = z.strictObject({ threshold: z.int(), custodians: z.array(name).max(255), pin });
const recovered = z.strictObject({ name });

/**
 * What the operator's command line may ask. It invites the first officers; after that only acts change the register, but for the lost last
 * officer's way back, which takes the custodians.
 */
export function operatorProtocol(custody: Custody) {
  const { seal } = custody;
  return socketApp(custody, 'operator')
    .get('/state', (c) =>
      c.json({
        ...viewState(custody),
        ...viewToken(custody),
        verifierKey: custody.ledger.verifierKey,
        applianceKeyFingerprint: hash('sha256', custody.applianceKey, 'hex'),
        entries: custody.ledger.size,
        witnesses: viewWitnesses(custody),
        institution: custody.config.CLOISTER_INSTITUTION,
        roomOrigin: custody.config.CLOISTER_ROOM_ORIGIN,
      }),
    )
    .post('/officers', json(officers), async (c) =>
      c.json({ officers: await inviteOfficers(custody, c.req.valid('json').names) }),
    )
    .post('/officers/recovery', json(recovered), (c) => c.json(beginRecovery(custody, c.req.valid('json').name)))
    .post('/officers/recovery/shares', async (c) =>
      c.json(await giveRecoveryShare(custody, await bytesOf(c, SHARE_BYTES))),
    )
    .post('/officers/recovery/pin', json(recovered.extend({ pin })), async (c) => {
      const given = c.req.valid('json');
      return c.json({ officer: await recoverByPin(custody, given.name, given.pin) });
    })
    .get('/sealing', (c) => {
      const { sealed } = seal;
      return c.json({
        sealed: sealed && {
          sealing: sealed.sealing,
          threshold: sealed.threshold,
          custodians: sealed.custodians.map((one) => one.name),
          sealedAt: sealed.sealedAt,
        },
        pinFile: seal.hasPinFile,
        waiting: seal.view(),
        underWay: seal.sharing?.view(),
      });
    })
    .post('/sealing', json(order), async (c) => c.json(await beginSharing(custody, c.req.valid('json')), 201))
    .delete('/sealing', (c) => {
      abortSharing(custody);
      return c.body(null, 204);
    })
    .post('/sealing/handouts', json(z.strictObject({ custodian: name })), (c) => {
      const share = sharingOf(custody).handOut(c.req.valid('json').custodian);
      try {
        return c.body(Uint8Array.from(share), 200, { 'content-type': 'application/octet-stream' });
      } finally {
        share.fill(0);
      }
    })
    .post('/sealing/confirmations', async (c) =>
      c.json({ custodian: sharingOf(custody).confirm(await bytesOf(c, SHARE_BYTES)) }),
    )
    .post('/sealing/completion', async (c) => c.json(await completeSharing(custody)))
    .post('/sealing/shares', async (c) => c.json(await seal.unseal(await bytesOf(c, SHARE_BYTES))))
    .get('/token/appliance-key', async (c) => c.json(await custody.token.applianceKeyAttributes()))
    .post('/token/exam-key-trials', async (c) => c.json(await tryExamKey(custody)))
    .get('/ledger/*', ledgerFiles(custody));
}

export type OperatorProtocol = ReturnType<typeof operatorProtocol>;
