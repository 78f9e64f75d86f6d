// How much slower the staff origin's lists are in an appliance that has run for years than in one that has just begun: the same pages, asked
// for in turn, of two appliances that run side by side. In the large one there are 10,000 exams, 100,000 attempts and 5,000 open requests
// for an arrangement, in the small one a hundred of each. Rows are put into both databases as the processes' own queries put them.
//
// Each page is asked for as the whole institution's exam administrator and as one of a unit, whose exams are half of all.
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { insertRequest } from '../db/appliance/arrangements.ts';
import { endAttempt, insertAttempt } from '../db/appliance/attempts.ts';
import { findExamRules, insertExam } from '../db/appliance/exams.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { enterOnRoster } from '../db/appliance/roster.ts';
import * as custodyExams from '../db/custody/exams.ts';
import { openCustodyDatabase, transact } from '../db/custody/open.ts';
import { type Appliance, ask, cookieOf, startAppliance } from '../tests/appliance.ts';
import { carryOut, enrolRepresentative, openDesk } from '../tests/custody-process.ts';
import { type Figure, median } from './figure.ts';

const SMALL = { exams: 100, attempts: 100, requests: 100 };
const LARGE = { exams: 10_000, attempts: 100_000, requests: 5_000 };
const ON_ROSTER = 10;
const WARM = 5;
const ROUNDS = 31;
const DAY_MS = 86_400_000;

/** The slowest of the lists, by how much slower it is. */
export async function pages(): Promise<Figure[]> {
  const small = await prepare(SMALL);
  try {
    const large = await prepare(LARGE);
    try {
      const measures = [];
      for (const path of ['/', '/arrangements', 'roster', 'sitting']) {
        for (const who of ['institution', 'unit'] as const) measures.push(await compare(small, large, path, who));
      }
      const worst = measures.reduce((one, other) => (other.ratio > one.ratio ? other : one));
      const tell = ({ name, ms, smallMs }: Measure) => `${name} ${ms.toFixed(1)} to ${smallMs.toFixed(1)} ms`;
      return [
        {
          ...{ name: 'pages', value: worst.ms, unit: `ms: ${worst.name}`, ratio: worst.ratio },
          against: `with a hundred of each: ${measures.map(tell).join('; ')}`,
        },
      ];
    } finally {
      await large.appliance.stop();
    }
  } finally {
    await small.appliance.stop();
  }
}

interface Measure {
  name: string;
  ms: number;
  smallMs: number;
  ratio: number;
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

async function compare(small: Prepared, large: Prepared, page: string, who: 'institution' | 'unit'): Promise<Measure> {
  const times = { small: [] as number[], large: [] as number[] };
  for (let round = -WARM; round < ROUNDS; round++) {
    for (const [name, { appliance, cookies, exam }] of [
      ['small', small],
      ['large', large],
    ] as const) {
      const path = page.startsWith('/') ? page : `/exams/${exam}${page === 'roster' ? '' : `/${page}`}`;
      const begun = performance.now();
      const { status } = await ask(appliance.staff, path, { headers: { cookie: cookies[who], accept: 'text/html' } });
      if (round >= 0) times[name].push(performance.now() - begun);
      if (status !== 200) throw new Error(`${path} answered ${status}`);
    }
  }
  const [smallMs, ms] = [median(times.small), median(times.large)];
  return { name: `${page} of the ${who}`, ms, smallMs, ratio: ms / smallMs };
}

/** Starts an appliance and fills it. */
async function prepare(counts: typeof SMALL) {
  const appliance = await startAppliance({ testTakers: 10 });
  const desk = await openDesk(appliance.data, appliance.room);
  const { made } = await carryOut(desk, { type: 'register-unit', name: 'Faculty of Law' }, [desk.founders.officers[0]]);
  const unit = made.unit as string;
  const dean = await enrolRepresentative(desk, 'Leo Law', [], { roles: ['exam-administrator'], unit });
  const enter = async ({ session }: { session: string }) => {
    const { ticket } = await desk.room.ticket(session);
    return cookieOf(
      await ask(appliance.staff, '/session', {
        method: 'POST',
        headers: { origin: appliance.room, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ ticket }).toString(),
      }),
    );
  };
  const exam = fill(appliance, unit, counts);
  const cookies = { institution: await enter(desk.founders.administrator), unit: await enter(dean) };
  return { appliance, cookies, exam };
}

/** @returns the id of one exam of the unit */
function fill({ data }: Appliance, unit: string, counts: typeof SMALL): string {
  const web = openApplianceDatabase(join(data, 'web/appliance.db'));
  const custody = openCustodyDatabase(join(data, 'custody/custody.db'));
  const [told] = custodyExams.listExams(custody);
  if (!told) throw new Error('the demonstration has no exam');
  const rules = JSON.parse(findExamRules(web, told.id) ?? '') as { policy: object };
  const ids = Array.from({ length: counts.exams }, () => randomUUID());
  const unitOf = (index: number) => (index % 2 === 0 ? unit : null);
  const begun = Date.now() - counts.exams * 60_000;
  const at = (index: number) => new Date(begun + index * 60_000).toISOString();
  transact(custody, () => {
    for (const [index, id] of ids.entries()) {
      const policy = JSON.stringify({ ...(JSON.parse(told.policy) as object), unit: unitOf(index) });
      const row = { ...told, id, kid: randomUUID(), title: `Exam ${index}`, policy, createdAt: at(index) };
      custodyExams.insertExam(custody, row);
    }
  });
  custody.$client.close();
  const publicKey = randomBytes(91);
  web.$client.transaction(() => {
    for (const [index, id] of ids.entries()) {
      const [title, of] = [`Exam ${index}`, unitOf(index)];
      const own = JSON.stringify({ ...rules, exam: id, title, policy: { ...rules.policy, unit: of } });
      insertExam(web, { id, title, unit: of, createdAt: at(index) }, own);
    }
    for (let index = 0; index < counts.attempts; index++) {
      const id = randomUUID();
      // The exam whose pages are asked for has as many on its roster in both.
      const exam = ids[index < ON_ROSTER ? 0 : 1 + (index % (ids.length - 1))] as string;
      const person = { id, exam, candidate: `B-${index}`, name: `Test Taker ${index}`, email: null };
      enterOnRoster(web, [{ ...person, linkDigest: randomBytes(32) }]);
      const attempt = randomUUID();
      insertAttempt(web, { id: attempt, testTaker: id, publicKey, startedAt: at(0) });
      endAttempt(web, attempt, at(1));
      if (index >= counts.requests) continue;
      const [asked, dueAt] = [
        JSON.stringify({ needs: ['breaks'], extraMinutes: null, leftOut: [] }),
        new Date(Date.now() + DAY_MS + index).toISOString(),
      ];
      const open = { answeredAt: null, terms: null, reason: null };
      insertRequest(web, {
        id: randomUUID(),
        testTaker: id,
        exam,
        asked,
        words: '',
        requestedAt: at(0),
        dueAt,
        ...open,
      });
    }
  })();
  web.$client.close();
  return ids[0] as string;
}
