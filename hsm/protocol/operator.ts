import { z } from 'zod';
import { line } from '../acts/wording.ts';
import type { Custody } from '../custody.ts';
import { inviteOfficers } from '../register/representatives.ts';
import { viewState, viewToken } from '../state.ts';
import { ledgerFiles } from './ledger-files.ts';
import { json, socketApp } from './socket-app.ts';

const officers = z.strictObject({ names: z.tuple([line(100), line(100)]) });

/** What the operator's command line may ask. It invites the first officers; after that only acts change anything. */
export function operatorProtocol(custody: Custody) {
  return socketApp(custody, 'operator')
    .get('/state', (c) =>
      c.json({
        ...viewState(custody),
        ...viewToken(custody),
        verifierKey: custody.ledger.verifierKey,
        entries: custody.ledger.size,
      }),
    )
    .post('/officers', json(officers), async (c) =>
      c.json({ officers: await inviteOfficers(custody, c.req.valid('json').names) }),
    )
    .get('/ledger/*', ledgerFiles(custody));
}

export type OperatorProtocol = ReturnType<typeof operatorProtocol>;
