import { createPublicKey } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { RoomCustody } from '../custody/client.ts';
import type { ExamEntry, Purpose } from './custody.ts';
import { answerForm, words } from './proposal.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { moment } from '../http/entries.ts';
import { requireRepresentative, type RoomEnv } from './session-guard.ts';
import { StandingGrantPage } from './standing-grant-view.tsx';
import { PURPOSES } from './words.ts';

const YEAR = 366 * 86_400_000;
const PRIVATE = /PRIVATE KEY/;

/** A public key as tools write it (RFC 7468 section 13); custody takes its SubjectPublicKeyInfo, base64url. */
const publicKey = words('Paste the program’s public key.', 2000)
  .refine((pem) => !PRIVATE.test(pem), {
    abort: true,
    message:
      'This is a private key. It was not kept; but nobody except the program may have it: make a new pair, and paste the public key.',
  })
  .transform((pem, context) => {
    try {
      return createPublicKey(pem).export({ format: 'der', type: 'spki' }).toString('base64url');
    } catch {
      const message = 'This is no public key. Paste the whole block, from “-----BEGIN PUBLIC KEY-----” to its end.';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
  });

const standingGrantForm = z.object({
  purpose: z.enum(Object.keys(PURPOSES) as [Purpose, ...Purpose[]], 'Choose a purpose.'),
  extent: z.enum(['least-view', 'all'], 'Choose one of the two.'),
  justification: words('Say why. It stands in the ledger, and test takers can read it.', 2000),
  recipient: publicKey,
  until: moment('Say until when.').refine((until) => {
    const left = Date.parse(until) - Date.now();
    return left > 0 && left <= YEAR;
  }, 'This has to be a time to come, and within a year.'),
});

/**
 * The page on which a program is given standing permission for an exam, and what it proposes.
 * @param parts.find finds the exam that the address names, among those that this person may see. @throws AppError not-found
 */
export function standingGrantRoutes(parts: {
  custody: RoomCustody;
  find: (c: Context<RoomEnv>) => Promise<ExamEntry>;
}) {
  const { custody, find } = parts;
  const signedIn = requireRepresentative(custody);
  const page = (c: Context<RoomEnv>, exam: ExamEntry, filled: Filled) => (
    <StandingGrantPage {...{ representative: c.var.representative, exam, filled: withoutPrivateKey(filled) }} />
  );
  return new Hono<RoomEnv>()
    .get('/:exam/standing-grant', signedIn, async (c) => c.html(page(c, await find(c), UNFILLED)))
    .post('/:exam/standing-grant', signedIn, async (c) => {
      const exam = await find(c);
      return answerForm(c, custody, {
        shape: standingGrantForm,
        proposal: (content) => ({ type: 'standing-grant', exam: exam.exam, ...content }),
        page: (filled) => page(c, exam, filled),
      });
    });
}

/** Everything else comes back as it was filled in. */
function withoutPrivateKey({ entries, faults }: Filled): Filled {
  const { recipient, ...rest } = entries;
  return PRIVATE.test(String(recipient)) ? { entries: rest, faults } : { entries, faults };
}
