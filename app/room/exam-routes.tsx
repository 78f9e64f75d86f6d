import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { RoomCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { idOf } from '../http/address.ts';
import type { Proposal, RepresentativeEntry, Unit } from './custody.ts';
import { seesRegister } from './duties.ts';
import { ExamPage, ExamsPage } from './exam-views.tsx';
import { answerForm } from './proposal.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { type ReasonedChange, reasonedChanges } from './reasoned-changes.tsx';
import { rulesRoutes } from './rules-routes.tsx';
import { requireRepresentative, type RoomEnv } from './session-guard.ts';
import { standingGrantRoutes } from './standing-grant-routes.tsx';

const assignmentForm = z.object({ subject: z.uuid('Choose who is to be assigned.') });

const CHANGES: Record<string, ReasonedChange> = {
  suspension: {
    heading: (title) => `Suspend “${title}”`,
    effect: 'None of its recordings can be opened, and what is being watched stops. The exam goes on and is recorded.',
    people: 1,
    button: 'Go on to sign the suspension',
    proposal: (exam, reason) => ({ type: 'suspend-exam', exam, reason }),
  },
  reinstatement: {
    heading: (title) => `Reinstate “${title}”`,
    effect: 'Its recordings can be opened again by whoever is assigned.',
    people: 2,
    button: 'Go on to sign the reinstatement',
    proposal: (exam, reason) => ({ type: 'reinstate-exam', exam, reason }),
  },
  'key-destruction': {
    heading: (title) => `Destroy the key of “${title}”`,
    effect:
      'Nobody can ever watch any of its recordings again, whatever they are needed for. It cannot be taken back. Without this, the key is destroyed on the day that the exam’s rules say.',
    people: 2,
    button: 'Go on to sign the destruction',
    proposal: (exam, reason) => ({ type: 'destroy-key', exam, reason }),
  },
};

/** Exams as custody knows them: what waits for a signature, who is assigned, and what may be proposed about them. */
export function examRoutes({ custody }: { custody: RoomCustody }) {
  const signedIn = requireRepresentative(custody);
  /** @throws AppError not-found for an exam that this person neither runs nor is assigned to */
  async function find(c: Context<RoomEnv>) {
    const id = idOf(c, 'exam');
    const found = (await custody.exams(c.var.session)).exams.find(({ exam }) => exam === id);
    if (!found) throw new AppError('not-found');
    return found;
  }
  /** Names of people and units, as far as this person may see the register. */
  async function register(c: Context<RoomEnv>): Promise<{ people: RepresentativeEntry[]; units: Unit[] }> {
    const { representative, session } = c.var;
    if (!seesRegister(representative)) return { people: [], units: [] };
    const [{ representatives }, { units }] = await Promise.all([
      custody.representatives(session),
      custody.units(session),
    ]);
    return { people: representatives, units };
  }
  const openActs = async (c: Context<RoomEnv>) =>
    (await custody.acts(c.var.session)).acts.filter(({ status, exam }) => status === 'proposed' && exam !== null);

  async function examPage(c: Context<RoomEnv>, filled: Filled) {
    const [exam, { people, units }, acts] = await Promise.all([find(c), register(c), openActs(c)]);
    const { representative } = c.var;
    const waiting = acts.filter((act) => act.exam === exam.exam);
    return <ExamPage {...{ representative, exam, people, units, waiting, filled }} />;
  }

  return new Hono<RoomEnv>()
    .get('/', signedIn, async (c) => {
      const [{ exams }, { units }, waiting] = await Promise.all([
        custody.exams(c.var.session),
        register(c),
        openActs(c),
      ]);
      return c.html(<ExamsPage {...{ representative: c.var.representative, exams, units, waiting }} />);
    })
    .get('/:exam', signedIn, async (c) => c.html(await examPage(c, UNFILLED)))
    .post('/:exam/assignments', signedIn, async (c) => {
      const { exam } = await find(c);
      return answerForm(c, custody, {
        shape: assignmentForm,
        proposal: ({ subject }): Proposal => ({ type: 'assign', exam, subject }),
        page: (filled) => examPage(c, filled),
      });
    })
    .post('/:exam/assignments/:representative/end', signedIn, async (c) => {
      const { exam } = await find(c);
      const subject = idOf(c, 'representative');
      const { act } = await custody.proposeAct(c.var.session, { type: 'unassign', exam, subject });
      return c.redirect(`/acts/${act}`, 303);
    })
    .route('/', rulesRoutes({ custody, find, units: async (c) => (await register(c)).units }))
    .route('/', standingGrantRoutes({ custody, find }))
    .route(
      '/',
      reasonedChanges({
        custody,
        parameter: 'exam',
        current: '/exams',
        changes: CHANGES,
        find: async (c) => {
          const { exam, title } = await find(c);
          return { id: exam, name: title, page: `/exams/${exam}` };
        },
      }),
    );
}
