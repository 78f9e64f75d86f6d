import { Hono } from 'hono';
import { AppError } from '../errors.ts';
import { idOf } from '../http/address.ts';
import { AttemptPage, BatchPage, QueuePage } from './attempt-views.tsx';
import type { AttemptView } from './custody.ts';
import type { RoomParts } from './routes.tsx';
import { requireRepresentative, type RoomEnv } from './session-guard.ts';

/** Most attempts that one act opens. */
const MOST = 50;

/** The queue of attempts, and each of them. */
export function attemptRoutes({ custody, shelf }: Pick<RoomParts, 'custody' | 'shelf'>) {
  return new Hono<RoomEnv>()
    .use(requireRepresentative(custody))
    .get('/', async (c) => {
      const { attempts } = await custody.attempts(c.var.session);
      const lengths = await Promise.all(attempts.map((one) => shelf.recordedSeconds(one.attempt)));
      const recorded = new Map(
        attempts.flatMap(({ attempt }, i) => (lengths[i] ? [[attempt, lengths[i]] as const] : [])),
      );
      return c.html(<QueuePage representative={c.var.representative} attempts={attempts} recorded={recorded} />);
    })
    .get('/:attempt', async (c) => {
      const { representative, session } = c.var;
      const [attempt, { exams }] = await Promise.all([
        custody.attempt(session, idOf(c, 'attempt')),
        custody.exams(session),
      ]);
      const [recorded, stored] = await Promise.all([
        shelf.recordedSeconds(attempt.attempt),
        shelf.storedChapters(attempt.attempt),
      ]);
      const exam = exams.find((one) => one.exam === attempt.exam);
      if (!exam) throw new AppError('not-found');
      return c.html(<AttemptPage {...{ representative, attempt, exam, recorded, stored }} />);
    });
}

/** Several attempts of the queue, to be opened by one act: `/batches/new?attempt=…&attempt=…`. */
export function batchRoutes({ custody }: Pick<RoomParts, 'custody'>) {
  return new Hono<RoomEnv>().use(requireRepresentative(custody)).get('/new', async (c) => {
    const { representative, session } = c.var;
    const asked = [...new Set(c.req.queries('attempt') ?? [])];
    const [{ attempts }, { exams }] = await Promise.all([custody.attempts(session), custody.exams(session)]);
    const chosen = asked.map((id) => find(attempts, id));
    if (chosen.length === 1) return c.redirect(`/attempts/${chosen[0]?.attempt}`, 303);
    const fault = faultOf(chosen);
    const concerned = exams.filter(({ exam }) => chosen.some((one) => one.exam === exam));
    return c.html(<BatchPage {...{ representative, chosen, exams: concerned, fault }} />, fault ? 400 : 200);
  });
}

function faultOf(chosen: AttemptView[]): string | undefined {
  if (chosen.length === 0) return 'No attempt was chosen. Go back to the attempts and tick at least two.';
  if (chosen.length > MOST) {
    return `One act opens at most ${MOST} attempts, and ${chosen.length} were chosen. Go back and tick fewer.`;
  }
  if (chosen.some(({ recordings }) => recordings.length === 0)) {
    return 'Nothing was recorded yet in one of the attempts. Go back and leave it out.';
  }
  return undefined;
}

/** @throws AppError not-found for an attempt that this person may not see */
function find(attempts: AttemptView[], id: string): AttemptView {
  const found = attempts.find(({ attempt }) => attempt === id);
  if (!found) throw new AppError('not-found');
  return found;
}
