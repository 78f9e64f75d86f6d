import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { readContent } from '../http/content.ts';
import { ActPage } from './act-views.tsx';
import { idOf } from '../http/address.ts';
import { DecisionPage } from './attempt-views.tsx';
import type { Outcome, ProposedAct, Purpose } from './custody.ts';
import { findFirst, type FirstSegments, readGrantIndex } from './grant-index.ts';
import { answerForm, words } from './proposal.ts';
import type { RoomParts } from './routes.tsx';
import { requireRepresentative, type RoomEnv } from './session-guard.ts';
import { OUTCOMES, PURPOSES } from './words.ts';

/** WebAuthn's answers pass to custody, which reads them strictly. */
const answer = z.record(z.string(), z.unknown());
/** Custody's codes, as the table that words them lists them. */
const codesOf = <Code extends string>(table: Record<string, string>, missing?: string) =>
  z.enum(Object.keys(table) as Code[], missing);
/** Needs the browser's own key, and so its script. */
const release = z.strictObject({
  type: z.literal('release'),
  scope: z.union([z.strictObject({ attempt: z.uuid() }), z.strictObject({ batch: z.array(z.uuid()).min(2).max(50) })]),
  extent: z.enum(['least-view', 'all']),
  purpose: codesOf<Purpose>(PURPOSES),
  justification: z.string().trim().max(2000),
  recipient: z.base64url().max(2000),
});
const decision = z.strictObject({
  type: z.literal('decide'),
  attempt: z.uuid(),
  outcome: codesOf<Outcome>(OUTCOMES, 'Choose what you decide.'),
  reason: words('Say what you saw and why you decide so. The test taker can read it.', 4000),
});

/** Acts: proposing a view or a decision, what custody says of an act, its signatures, and taking it back. */
export function actRoutes({ custody, shelf }: Pick<RoomParts, 'custody' | 'shelf'>) {
  return new Hono<RoomEnv>()
    .use(requireRepresentative(custody))
    .post('/', async (c) => {
      if (isForm(c)) {
        return answerForm(c, custody, {
          shape: decision,
          proposal: (content) => content,
          page: (filled) => <DecisionPage representative={c.var.representative} filled={filled} />,
        });
      }
      const content = await readContent(c, z.discriminatedUnion('type', [release, decision]));
      return c.json(await custody.proposeAct(c.var.session, content), 201);
    })
    .get('/:act', async (c) => {
      const act = await custody.act(c.var.session, idOf(c, 'act'));
      const digest = createHash('sha256').update(act.bytes).digest('base64url');
      const first = await firstOf(c, act);
      return c.html(<ActPage representative={c.var.representative} act={act} digest={digest} first={first} />);
    })
    .post('/:act/signature', async (c) => {
      const { response } = await readContent(c, z.strictObject({ response: answer }));
      const signed = await custody.signAct(c.var.session, idOf(c, 'act'), response);
      const { enrolment } = signed.made;
      if (enrolment) return c.json({ location: `/enrolments/${enrolment}`, once: true });
      return c.json({ location: await placeAfter(c, signed) });
    })
    .post('/:act/withdrawal', async (c) => {
      const { act, proposer } = await custody.act(c.var.session, idOf(c, 'act'));
      await custody.withdrawAct(c.var.session, act);
      // What the staff pages proposed concerns nobody any more once it was turned down.
      return c.redirect(proposer ? `/acts/${act}` : '/desk', 303);
    });

  /** What plays first in a view that this person asked for by itself; in a batch, finding that out would keep the page waiting. */
  async function firstOf(c: Context<RoomEnv>, { grants, proposer }: ProposedAct): Promise<FirstSegments | undefined> {
    const [only, ...others] = grants;
    if (!only || others.length > 0 || proposer?.id !== c.var.representative.id) return undefined;
    const grant = await custody.grant(c.var.session, only.grant);
    return grant.endedAt ? undefined : findFirst(await readGrantIndex(shelf, grant));
  }

  /** Where a signature leads: to what it opened for the signer, to what it was about, or back to the act. */
  async function placeAfter(
    c: Context<RoomEnv>,
    { act, type, applied, attempts }: Awaited<ReturnType<typeof custody.signAct>>,
  ): Promise<string> {
    if (!applied) return `/acts/${act}`;
    if (type === 'decide') return `/attempts/${attempts[0]}`;
    if (type !== 'release') return `/acts/${act}`;
    const { grants } = await custody.act(c.var.session, act);
    return grants.length === 1 ? `/grants/${grants[0]?.grant}` : `/acts/${act}`;
  }
}

function isForm(c: Context): boolean {
  return (c.req.header('content-type') ?? '').startsWith('application/x-www-form-urlencoded');
}
