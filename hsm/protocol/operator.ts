import { z } from 'zod';
import type { Custody } from '../custody.ts';
import { createExam } from '../exams.ts';
import { policy } from '../policy.ts';
import { inviteRepresentative } from '../register.ts';
import { ledgerFiles } from './ledger-files.ts';
import { json, socketApp } from './socket-app.ts';

const exam = z.object({ exam: z.uuid(), title: z.string().min(1).max(200), policy });
const invitation = z.object({
  name: z.string().min(1).max(100),
  role: z.enum(['officer', 'reviewer']),
  exams: z.array(z.uuid()).max(100),
});

/** What the operator's command line may ask. It sets up; it can watch nothing. */
export function operatorProtocol(custody: Custody) {
  return socketApp(custody, 'operator')
    .get('/state', (c) =>
      c.json({
        verifierKey: custody.ledger.verifierKey,
        entries: custody.ledger.size,
        algorithm: custody.token.algorithm,
        token: custody.token.describe(),
      }),
    )
    .post('/exams', json(exam), async (c) => c.json(await createExam(custody, c.req.valid('json'))))
    .post('/representatives', json(invitation), async (c) =>
      c.json(await inviteRepresentative(custody, c.req.valid('json'))),
    )
    .get('/ledger/*', ledgerFiles(custody));
}

export type OperatorProtocol = ReturnType<typeof operatorProtocol>;
