import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enterExam } from '../app/exams/exam.ts';
import { findRevision } from '../db/appliance/drafts.ts';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { attemptIdOf } from '../app/attempts/attempt.ts';
import { cookieOf, makeAttemptKey, type Pages, SETUP, startPages } from './attempt-pages-setting.ts';
import { carryOut, enrolRepresentative, policy, publishExam, signAll } from './custody-process.ts';

let pages: Pages;
let administrator: string;
let reviewer: string;
let officer: string;
let lawyer: string;

beforeAll(async () => {
  pages = await startPages();
  const { custody } = pages;
  const { officers, administrator: founder } = custody.founders;
  const enter = async ({ session }: { session: string }) => cookieOf(await pages.enterStaff(session));
  administrator = await enter(founder);
  officer = await enter(officers[0]);
  reviewer = await enter(await enrolRepresentative(custody, 'Ines Moreau', [pages.exam]));
  const { made } = await carryOut(custody, { type: 'register-unit', name: 'Faculty of Law' }, [officers[0]]);
  const unit = made.unit as string;
  lawyer = await enter(await enrolRepresentative(custody, 'Leo Law', [], { roles: ['exam-administrator'], unit }));
});

afterAll(() => pages?.stop());

/** What the page's fields hold of the exam of this setting, unchanged. */
const AS_TOLD = {
  ...{ title: 'Linear Algebra I', 'setup.language': 'en', 'setup.unit': 'Department of Mathematics' },
  ...{ 'setup.place.address': '/demonstration', 'setup.instructions': '', 'setup.opensAt': '', 'setup.minutes': '90' },
  ...{ 'setup.lastEntryMinutes': '', 'setup.breaks.minutes': '', 'setup.breaks.addedToTime': 'no' },
  'recorded[]': ['camera', 'microphone'],
  'confirmed[]': ['camera', 'microphone'],
  'setup.necessity.camera': 'Because nobody invigilates at home.',
  'setup.necessity.microphone': 'Because answers can be dictated.',
  ...{ 'setup.necessity.screen': '', 'setup.restrictions.full-screen': '', 'setup.restrictions.left-page': '' },
  ...{ 'setup.restrictions.one-screen': '', 'setup.restrictions.clipboard': '' },
  'setup.reviewers': 'Two reviewers of the examination board',
  'setup.arrangement.alternative': 'You can sit the exam on campus without any recording.',
  'setup.arrangement.contact.name': 'Examination Office',
  'setup.arrangement.contact.email': 'exams@university.example',
  ...{ 'setup.arrangement.answerDays': '5', 'setup.privacyOfficer.name': 'Privacy Officer' },
  'setup.privacyOfficer.email': 'privacy@university.example',
  ...{ 'setup.legalBasis': 'Examination act, section 8', 'setup.costsNothing[]': ['true'] },
  ...{ version: '1', section: 'what' },
};

const told = { ...SETUP, minutes: 90 };

/** Publishes an exam of the whole institution, as AS_TOLD has it. @returns its address */
async function publish(): Promise<string> {
  const exam = randomUUID();
  enterExam(
    pages.db,
    await publishExam(pages.custody, { exam, title: 'Linear Algebra I', policy: policy(), setup: told }),
  );
  return `/exams/${exam}`;
}

const idIn = (path: string) => path.split('/')[2] as string;
const get = (path: string, cookie = administrator) => pages.ask('staff', path, { headers: { cookie } });
const pageOf = async (path: string) => (await get(`${path}/revision`)).text();
const actOf = (path: string) => findRevision(pages.db, idIn(path))?.act as string;

function post(path: string, changed: Record<string, string | string[]> = {}, cookie = administrator) {
  const body = new URLSearchParams(
    Object.entries({ ...AS_TOLD, ...changed }).flatMap(([name, value]) => [value].flat().map((one) => [name, one])),
  ).toString();
  const headers = {
    ...{ cookie, 'content-type': 'application/x-www-form-urlencoded' },
    'content-length': String(Buffer.byteLength(body)),
  };
  return pages.ask('staff', path, { method: 'POST', headers, body });
}

describe('a change of what test takers are told', () => {
  test('begins with all that they are told now, is kept as it is typed, and leaves rules and place as they are', async () => {
    const path = await publish();
    expect(await (await get(path)).text()).toContain(`href="${path}/revision"`);
    const begun = await pageOf(path);
    for (const words of [
      'value="Linear Algebra I"',
      'Because answers can be dictated.',
      'value="90"',
      'Nothing is changed yet',
    ]) {
      expect(begun).toContain(words);
    }
    expect(begun).not.toMatch(/name="(policy|setup\.place\.kind)/);
    expect(begun).toContain(`/exams/${idIn(path)}/rules">Change its rules in the reading room`);

    const answer = await post(`${path}/revision`, {
      'setup.minutes': 'ninety',
      'setup.instructions': 'Bring a ruler.',
    });
    expect(answer.status).toBe(400);
    const refused = await answer.text();
    expect(refused).toContain('value="ninety"');
    expect(refused).toContain('“When” is not saved');
    const kept = await pageOf(path);
    expect([kept.includes('Bring a ruler.'), kept.includes('value="ninety"')]).toEqual([true, false]);
    expect(kept, 'what changes, in the words of the room').toContain('What test takers have to know, from now on');
    expect((await pages.custody.web.exam(idIn(path))).setup.instructions, 'nobody is told it yet').toBe('');

    expect((await post(`${path}/revision`, { 'policy.retentionDays': '3650' })).status).toBe(400);
    expect((await post(`${path}/revision`, { 'setup.place.kind': 'paper' })).status).toBe(400);
    expect((await post(`${path}/revision/removal`)).status).toBe(303);
    expect(findRevision(pages.db, idIn(path))).toBeUndefined();
  });

  test('is shown as it is typed, with what changes and what test takers will read, and is not saved by that', async () => {
    const path = await publish();
    const answer = await post(`${path}/revision/preview`, { 'setup.reviewers': 'Three wise owls' });
    const fragment = await answer.text();
    expect(fragment).toMatch(/^<div id="standing"/);
    expect(fragment).toContain('Who may watch, from now on');
    expect(fragment).toContain('Three wise owls. Your recording is encrypted in your browser');
    expect(findRevision(pages.db, idIn(path))).toBeUndefined();
  });

  test('waits in the room as it stands, and holds for custody and for test takers once it is signed', async () => {
    const path = await publish();
    const exam = idIn(path);
    const changed = {
      title: 'Linear Algebra II',
      'setup.minutes': '120',
      'setup.place.address': 'https://lms.university.example/9',
    };
    const proposed = await post(`${path}/revision/proposal`, changed);
    expect([proposed.status, proposed.headers.get('location')]).toEqual([303, `${path}/revision`]);
    const act = actOf(path);
    const page = await pageOf(path);
    expect(page).toContain(`href="https://room.localhost:8445/acts/${act}"`);
    expect(page).not.toContain('<form id="draft"');
    for (const form of ['revision', 'revision/proposal', 'revision/removal']) {
      expect((await post(`${path}/${form}`, changed)).status, form).toBe(409);
    }
    const { custody } = pages;
    const { administrator: founder } = custody.founders;
    expect((await custody.room.act(founder.session, act)).sentence).toContain('in 3 places');
    await signAll(custody, act, [founder]);
    expect(await (await get(path)).text()).toContain('Linear Algebra II</h1>');
    expect(findRevision(pages.db, exam)).toBeUndefined();
    const { version, title, setup } = await custody.web.exam(exam);
    expect({ version, title, setup }).toEqual({
      ...{ version: 2, title: 'Linear Algebra II' },
      setup: { ...told, minutes: 120, place: { kind: 'elsewhere', address: 'https://lms.university.example/9' } },
    });
    const { token } = enterTestTaker(pages.db, { exam, candidate: 'T-told', name: 'Amal Haddad' });
    const notice = await (await (await pages.visit(token)).page('/attempt')).text();
    expect(notice).toContain('Linear Algebra II');
    expect(notice, 'with notice that it was changed').toMatch(/was changed on <time/);
  });

  test('is refused with what may not be asked of test takers, quoted, and kept to be mended', async () => {
    const path = await publish();
    const demand = 'Take off your headscarf before you begin.';
    const answer = await post(`${path}/revision/proposal`, { 'setup.instructions': demand });
    expect(answer.status).toBe(400);
    const page = await answer.text();
    expect(page).toMatch(/<a href="#setup.instructions">/);
    expect(page).toMatch(/<q class="hint">[^<]*headscarf/);
    expect([actOf(path), (await pageOf(path)).includes(demand)]).toEqual([null, true]);
  });

  test('cannot take from test takers who have begun what they were told: the page says so, and custody refuses it', async () => {
    const path = await publish();
    const exam = idIn(path);
    const shorter = { 'setup.minutes': '60' };
    const preview = async () => (await post(`${path}/revision/preview`, shorter)).text();
    expect(await preview(), 'before anybody has begun').toContain('Ready to be proposed');
    const { id, token } = enterTestTaker(pages.db, { exam, candidate: 'T-begun', name: 'Jonas Weber' });
    const visit = await pages.visit(token);
    const { publicKey } = await makeAttemptKey();
    expect((await visit.send('/attempt', { attempt: attemptIdOf(id), publicKey })).status).toBe(201);
    expect(await preview()).toMatch(
      /<a href="#setup.minutes">[^<]*would have less time than they were told: 90 minutes/,
    );
    const title = 'Linear Algebra I';
    const proposal = { type: 'revise-exam' as const, exam, version: 2, title, setup: { ...told, minutes: 60 } };
    await expect(pages.custody.web.propose(proposal)).rejects.toMatchObject({ refusal: 'promise-weakened' });
  });

  test('that custody alone finds a fault in comes back with custody’s sentence, and unchanged it is not proposed', async () => {
    const path = await publish();
    const answer = await post(`${path}/revision/proposal`);
    expect([answer.status, (await answer.text()).includes('This is so already.')]).toEqual([409, true]);
    expect(actOf(path)).toBeNull();
  });

  test('undoes nobody’s else that was published meanwhile, unseen', async () => {
    const path = await publish();
    const exam = idIn(path);
    const mine = { 'setup.reviewers': 'Three wise owls' };
    expect((await post(`${path}/revision`, mine)).status).toBe(303);
    const { custody } = pages;
    const title = 'Renamed';
    const { act } = await custody.web.propose({ type: 'revise-exam', exam, version: 2, title, setup: told });
    await signAll(custody, act, [custody.founders.administrator]);
    const stale = await post(`${path}/revision/proposal`, { ...mine, 'setup.legalBasis': 'Another act' });
    expect(stale.status).toBe(400);
    const page = await stale.text();
    expect(page).toContain('Somebody else’s change was published while this page was open');
    expect(page, 'what was typed').toContain('Three wise owls');
    expect(page).toContain('Another act');
    expect(await pageOf(path)).toContain('This one began with version 1');
    expect((await post(`${path}/revision/proposal`, { ...mine, version: '2', title })).status).toBe(303);
    expect(
      JSON.stringify((await custody.room.act(custody.founders.administrator.session, actOf(path))).details),
    ).not.toContain('Title, from now on');
  });

  test('is taken back, or turned down in the room, and goes on from where it stood', async () => {
    const path = await publish();
    const changed = { 'setup.reviewers': 'Three wise owls' };
    await post(`${path}/revision/proposal`, changed);
    const { custody } = pages;
    const first = actOf(path);
    expect((await post(`${path}/revision/withdrawal`)).status).toBe(303);
    await expect(signAll(custody, first, [custody.founders.administrator])).rejects.toThrow();
    await post(`${path}/revision/proposal`, changed);
    await custody.room.withdrawAct(custody.founders.administrator.session, actOf(path));
    const page = await pageOf(path);
    expect(page).toContain('was turned down in the reading room');
    expect(page).toContain('Three wise owls');
  });
});

test('only exam administrators of the exam’s unit change what is told, and only of a published exam', async () => {
  const path = await publish();
  for (const cookie of [lawyer, reviewer, officer]) {
    expect((await get(`${path}/revision`, cookie)).status).toBe(404);
    for (const form of ['', '/preview', '/proposal', '/withdrawal', '/removal']) {
      expect((await post(`${path}/revision${form}`, {}, cookie)).status, form).toBe(404);
    }
  }
  const fields = { title: 'Draft', template: 'oral' };
  const body = new URLSearchParams(fields).toString();
  const headers = {
    cookie: administrator,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
  };
  const draft = (await pages.ask('staff', '/exams', { method: 'POST', headers, body })).headers.get(
    'location',
  ) as string;
  expect((await get(draft.replace('/draft', '/revision'))).status).toBe(404);
});
