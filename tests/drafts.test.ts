import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enterExam } from '../app/exams/exam.ts';
import { findDraft, insertDraft } from '../db/appliance/drafts.ts';
import { examSetup } from '../hsm/exam-setup.ts';
import { type Pages, SETUP, startPages } from './attempt-pages-setting.ts';
import { carryOut, publishExam, signAll } from './custody-process.ts';
import { draftFields as fields, whole } from './draft-fields.ts';
import { enterStaff, postForm, type Staff } from './staff-setting.ts';

let pages: Pages;
let staff: Staff;

beforeAll(async () => {
  pages = await startPages();
  staff = await enterStaff(pages);
});

afterAll(() => pages?.stop());

const get = (path: string, cookie = staff.administrator) => pages.ask('staff', path, { headers: { cookie } });
const post = (path: string, fields: [string, string][], cookie = staff.administrator) =>
  postForm(pages, path, fields, cookie);

/** Begins a draft from a template. @returns the address of its exam */
async function begin(title: string, template = 'closed-book', cookie = staff.administrator): Promise<string> {
  const answer = await post(
    '/exams',
    [
      ['title', title],
      ['template', template],
    ],
    cookie,
  );
  expect(answer.status).toBe(303);
  return (answer.headers.get('location') as string).replace('/draft', '');
}

const actOf = (path: string) => findDraft(pages.db, path.split('/').at(-1) as string)?.act as string;
const waitsOf = async (path: string) => (await get(`${path}/draft`)).text();

describe('a draft', () => {
  test('begins from a template with what its kind needs, everything else off, and says what is missing', async () => {
    const path = await begin('Contract Law', 'oral');
    const page = await waitsOf(path);
    expect(page).toMatch(/name="recorded\[\]" value="camera" checked/);
    expect(page).toMatch(/name="recorded\[\]" value="microphone" checked/);
    expect(page).not.toMatch(/name="recorded\[\]" value="screen" checked/);
    expect(page).toContain('href="#policy.closesAt"');
    expect(page, 'a suggestion waits for somebody who stands by it').toContain('href="#setup.necessity.camera"');
    for (const [, field] of page.matchAll(/<a href="#([^"]+)">/g)) {
      if (field !== 'main') expect(page, `the list leads to ${field}`).toContain(`id="${field}"`);
    }
    expect(
      (await post(`${path}/publication`, fields({ 'setup.costsNothing[]': [] }))).status,
      'with a part missing',
    ).toBe(400);
    expect(actOf(path)).toBeNull();
  });

  test('is asked for its language at its beginning, and its suggestions come in that one', async () => {
    expect(await (await get('/exams/new')).text()).toMatch(/<select id="language"[^]*value="de"[^>]*>German/);
    const started = { title: 'Schuldrecht', template: 'closed-book', language: 'de' };
    const path = (await post('/exams', Object.entries(started))).headers.get('location') as string;
    const page = await (await get(path)).text();
    expect(page).toContain('Schließen Sie alle anderen Programme');
    expect(page).toContain('<div class="preview stack" lang="de">');
    expect(page).toContain('<q lang="de">Sie können die Prüfung ohne jede Aufzeichnung auf dem Campus ablegen.</q>');
    const english = { ...started, language: 'fr' };
    expect((await post('/exams', Object.entries(english))).status, 'in a language that is not there').toBe(400);
  });

  test('saves what can be read and brings the rest back as it was typed, with the fault beside its field', async () => {
    const path = await begin('Torts');
    const answer = await post(
      `${path}/draft`,
      fields({
        'setup.minutes': 'ninety',
        'setup.place.address': 'javascript:alert(1)',
        'setup.reviewers': 'The board',
      }),
    );
    expect(answer.status).toBe(400);
    const page = await answer.text();
    expect(page).toContain('id="setup.minutes-fault"');
    expect(page).toContain('value="ninety"');
    expect(page).toContain('“When” is not saved: something in it cannot be read.');
    expect(page, 'it is said, though not saved').not.toContain('<a href="#policy.closesAt">');
    expect(page).toContain('value="javascript:alert(1)"');
    const kept = JSON.parse(findDraft(pages.db, path.split('/').at(-1) as string)?.draft as string);
    expect(kept.setup.reviewers, 'another section').toBe('The board');
    expect([kept.setup.minutes, kept.title], 'the sections with a fault stay as they were').toEqual([
      undefined,
      'Torts',
    ]);
    const mended = await post(`${path}/draft`, fields());
    expect([mended.status, mended.headers.get('location')]).toEqual([303, `${path}/draft#when`]);
    expect(await waitsOf(path)).toContain('Saved, ');
    expect(await waitsOf(path), 'words of a kind that is off').toContain('Kept for later.');
  });

  test('shows what test takers will read while it is typed, without saving it', async () => {
    const path = await begin('Evidence');
    const answer = await post(`${path}/draft/preview`, fields({ 'setup.reviewers': 'Three wise owls' }));
    expect(answer.status).toBe(200);
    const fragment = await answer.text();
    expect(fragment).toMatch(/^<div id="standing"/);
    expect(fragment).toContain('Three wise owls. Your recording is encrypted in your browser');
    expect(fragment).toContain('As you have typed it; not saved yet.');
    expect(fragment).toContain('Ready to be published');
    expect(fragment).not.toContain('Kept for later.');
    expect(await waitsOf(path)).not.toContain('Three wise owls');
    const german = await (await post(`${path}/draft/preview`, fields({ 'setup.language': 'de' }))).text();
    expect(german).toContain('<div class="preview stack" lang="de">');
    expect(german).toContain('Was Sie benutzen dürfen und wissen müssen');
  });

  test('is not proposed with a demand for clothing; what was found is quoted, and a rewording offered', async () => {
    const path = await begin('Procedure');
    const demand = 'Take off your headscarf before you begin.';
    const answer = await post(`${path}/publication`, fields({ 'setup.instructions': demand }));
    expect(answer.status).toBe(400);
    const page = await answer.text();
    expect(page).toMatch(/<a href="#setup.instructions">/);
    expect(page).toMatch(/<q class="hint">[^<]*headscarf/);
    expect(actOf(path)).toBeNull();
    expect(await waitsOf(path), 'it is saved all the same').toContain(demand);
  });

  test('is looked through for demands from the first sentence on, whatever is still missing', async () => {
    const path = await begin('Jurisprudence');
    const empty = Object.fromEntries(
      Object.entries(whole).map(([name, value]) => [name, Array.isArray(value) ? [] : value && '']),
    );
    const choices = ['setup.language', 'setup.place.kind', 'policy.reentry', 'policy.dualControl'];
    const kept = Object.fromEntries(choices.map((name) => [name, whole[name] as string]));
    const numbers = {
      'policy.uploadHours': '1',
      'policy.leastView.chaptersAround': '0',
      'policy.leastView.drawn': '0',
    };
    const demand = { 'setup.instructions': 'Bring 20 euros for the proctoring fee.' };
    const answer = await post(`${path}/draft/preview`, fields({ ...empty, ...kept, ...numbers, ...demand }));
    const page = await answer.text();
    expect(page).toMatch(/<a href="#setup.instructions">[^]*<q class="hint">[^<]*20 euros/);
    for (const field of [
      'title',
      'setup.unit',
      'setup.place.address',
      'policy.closesAt',
      'recorded[]',
      'policy.purposes[]',
      'setup.arrangement.contact.email',
      'setup.legalBasis',
      'setup.costsNothing[]',
    ]) {
      expect(page).toContain(`<a href="#${field}">`);
    }
  });

  test('is duplicated, as is a published exam, with its times open and its words to be confirmed again', async () => {
    const path = await begin('Torts II');
    await post(`${path}/draft`, fields({ title: 'Torts II' }));
    for (const [source, words] of [
      [path, 'Because nobody invigilates at home.'],
      [`/exams/${pages.exam}`, 'Because answers can be dictated.'],
    ] as const) {
      const copy = (await post(`${source}/copies`, [])).headers.get('location') as string;
      expect(copy).toMatch(/^\/exams\/[-0-9a-f]{36}\/draft$/);
      const page = await (await get(copy)).text();
      expect(page).toContain(words);
      expect(page).toContain('href="#policy.closesAt"');
      expect(page).toContain('The suggested words are true of this exam');
    }
  });
});

describe('a publication', () => {
  test('waits in the room with every word of the draft, which stays as it is, and is entered once it is signed', async () => {
    const path = await begin('Torts I');
    const exam = path.split('/').at(-1) as string;
    expect((await post(`${path}/publication`, fields())).headers.get('location')).toBe(`${path}/draft`);
    const act = actOf(path);
    const page = await waitsOf(path);
    expect(page).toContain(`href="https://room.localhost:8445/acts/${act}"`);
    expect(page).not.toContain('<form id="draft"');
    expect((await post(`${path}/draft`, fields())).status, 'saving meanwhile').toBe(409);
    expect((await post(`${path}/publication`, fields())).status, 'proposing again').toBe(409);
    expect(await (await get('/')).text()).toContain('Waits for a signature');

    const { custody } = pages;
    const { administrator: founder } = custody.founders;
    const shown = await custody.room.act(founder.session, act);
    expect(JSON.stringify(shown.details)).toContain('Because nobody invigilates at home.');
    await signAll(custody, act, [founder]);
    expect(await (await get('/')).text()).toMatch(/Torts I<\/a>[^]*?Running, closes/);
    expect(findDraft(pages.db, exam)).toBeUndefined();
    expect((await get(path)).status).toBe(200);
    expect((await get(`${path}/draft`)).status).toBe(404);
    const { policy, setup } = await custody.web.exam(exam);
    expect(policy).toMatchObject({ dualControl: true, retentionDays: 30, unit: null });
    expect(setup).toEqual(
      examSetup.parse({
        ...{ unit: 'Examination Office', instructions: 'You may use a pen.\nNothing else.', minutes: 90 },
        place: { kind: 'elsewhere', address: 'https://lms.university.example/quiz/7' },
        necessity: { camera: 'Because nobody invigilates at home.' },
        ...{ reviewers: 'Two reviewers of the examination board', legalBasis: 'Examination act, section 8' },
        arrangement: {
          alternative: 'You can sit the exam on campus without any recording.',
          contact: { name: 'Examination Office', email: 'exams@university.example' },
          answerDays: 5,
        },
        privacyOfficer: { name: 'Privacy Officer', email: 'privacy@university.example' },
        costsNothing: true,
      }),
    );
  });

  test('is taken back: nobody can sign it any more, and the draft goes on', async () => {
    const path = await begin('Equity');
    await post(`${path}/publication`, fields({ title: 'Equity' }));
    const act = actOf(path);
    expect((await post(`${path}/publication/withdrawal`, [])).status).toBe(303);
    const { custody } = pages;
    await expect(signAll(custody, act, [custody.founders.administrator])).rejects.toThrow();
    expect((await post(`${path}/draft`, fields())).status).toBe(303);
  });

  test('that was signed first cannot be taken back: the exam is published', async () => {
    const path = await begin('Trusts');
    await post(`${path}/publication`, fields({ title: 'Trusts' }));
    const { custody } = pages;
    await signAll(custody, actOf(path), [custody.founders.administrator]);
    expect((await post(`${path}/publication/withdrawal`, [])).status).toBe(409);
    expect((await get(path)).status).toBe(200);
  });

  test('that was turned down in the room leaves the draft to be edited, and says so', async () => {
    const path = await begin('Remedies');
    await post(`${path}/publication`, fields({ title: 'Remedies' }));
    const { custody } = pages;
    await custody.room.withdrawAct(custody.founders.administrator.session, actOf(path));
    const page = await waitsOf(path);
    expect(page).toContain('was turned down in the reading room');
    expect(page).toContain('<form id="draft"');
  });
});

describe('web takes back', () => {
  test('its own proposals only, and none that somebody signed', async () => {
    const { custody, exam } = pages;
    const { administrator: founder } = custody.founders;
    const { policy } = await custody.web.exam(exam);
    const changed = { type: 'change-policy' as const, exam, policy: { ...policy, retentionDays: 20 } };
    const own = await custody.room.proposeAct(founder.session, changed);
    await expect(custody.web.withdrawProposal(own.act)).rejects.toThrow('not-found');
    const { act } = await custody.web.propose(changed);
    await signAll(custody, act, [founder]);
    await expect(custody.web.withdrawProposal(act), 'it waits for a second person').rejects.toThrow(/act-used/);
    expect((await custody.web.proposal(act)).status).toBe('proposed');
  });
});

describe('what somebody sees', () => {
  test('is their own unit’s: to another unit’s administrators and to reviewers a draft is not there', async () => {
    const [theirs, ours] = [await begin('Law of the Sea', 'paper', staff.lawyer), await begin('Of everybody')];
    for (const [cookie, path] of [
      [staff.lawyer, ours],
      [staff.reviewer, ours],
      [staff.reviewer, theirs],
    ] as const) {
      expect((await get(`${path}/draft`, cookie)).status).toBe(404);
      for (const form of ['draft', 'draft/preview', 'publication', 'publication/withdrawal', 'copies']) {
        expect((await post(`${path}/${form}`, fields(), cookie)).status, form).toBe(404);
      }
    }
    const lawyers = await (await get('/', staff.lawyer)).text();
    expect([lawyers.includes('Law of the Sea'), lawyers.includes('Of everybody')]).toEqual([true, false]);
    const reviewers = await (await get('/', staff.reviewer)).text();
    expect([reviewers.includes('Linear Algebra I'), reviewers.includes('Of everybody')]).toEqual([true, false]);
  });

  test('follows an exam’s unit as custody has it: whose it was sees it no more, though nobody asked for its rules since', async () => {
    const { custody } = pages;
    const exam = randomUUID();
    const { policy } = await custody.web.exam(pages.exam);
    const theirs = { exam, title: 'Moved', policy: { ...policy, unit: staff.unit }, setup: SETUP };
    enterExam(pages.db, await publishExam(custody, theirs));
    expect((await get(`/exams/${exam}`, staff.lawyer)).status).toBe(200);
    expect((await get(`/exams/${exam}`, staff.reviewer)).status, 'not assigned').toBe(404);
    const { administrator: founder, officers } = custody.founders;
    await carryOut(custody, { type: 'change-policy', exam, policy }, [founder, officers[0]]);
    expect((await get(`/exams/${exam}`, staff.lawyer)).status).toBe(404);
    expect((await get(`/exams/${exam}`)).status).toBe(200);
  });

  test('a privacy officer reads drafts and changes nothing', async () => {
    const path = await begin('Read by an officer');
    const page = await get(`${path}/draft`, staff.officer);
    expect(page.status).toBe(200);
    expect(await page.text()).not.toContain('<form id="draft"');
    expect((await post(`${path}/draft`, fields(), staff.officer)).status).toBe(404);
    expect(
      (
        await post(
          '/exams',
          [
            ['title', 'x'],
            ['template', 'oral'],
          ],
          staff.officer,
        )
      ).status,
    ).toBe(404);
  });

  test('comes a page at a time, each exam once, the newest first', async () => {
    for (let i = 0; i < 120; i++) {
      const row = { exam: randomUUID(), title: `Old ${i}`, unit: null, draft: '{}', createdBy: randomUUID() };
      // Several of the same moment: the order among them has to be one.
      insertDraft(pages.db, { ...row, createdAt: new Date(Date.UTC(2020, 0, 1, 0, Math.floor(i / 3))).toISOString() });
    }
    const titles: string[] = [];
    for (let next: string | undefined = '/'; next !== undefined; ) {
      const page: string = await (await get(next)).text();
      titles.push(...[...page.matchAll(/>(Old \d+)</g)].map(([, title]) => title as string));
      expect([...page.matchAll(/role="rowheader"/g)].length).toBeLessThanOrEqual(50);
      next = /href="(\/\?before=[^"]+)"/.exec(page)?.[1];
    }
    expect(titles).toHaveLength(120);
    expect(new Set(titles).size).toBe(120);
    expect(titles[0]).toMatch(/Old 11[789]/);
    expect((await get('/?before=nonsense')).status).toBe(200);
  });
});

describe('what the institution sets', () => {
  test('is found in a draft as custody refuses it: its own longest retention, and its own rules for texts', async () => {
    const path = await begin('Legal History');
    const found = async (changed: Record<string, string>) =>
      (await post(`${path}/draft/preview`, fields(changed))).text();
    const kept = await found({ 'policy.retentionDays': '366' });
    expect(kept).toContain('your institution keeps them for 365 days at most');
    expect(kept).toContain('<a href="#policy.retentionDays">');
    const said = { 'setup.instructions': 'Abstain from any tome.' };
    expect(await found(said)).toContain('Ready to be published');

    const { custody } = pages;
    const folder = join(custody.data, 'own-rules');
    mkdirSync(folder);
    const tomes = { name: 'tomes', needs: ['forgo', 'tome'], kind: 'appearance' };
    const told = { why: '“{quote}” is not asked for here.', instead: 'Say which books may be used.' };
    const words = { tome: ['tome'], forgo: ['abstain from'] };
    const rules = { format: 'cloister-lint/1', language: 'en', words, findings: [{ ...tomes, ...told }] };
    writeFileSync(join(folder, 'own.json'), JSON.stringify(rules));
    Object.assign(custody.environment, { CLOISTER_LINT_RULES: folder, CLOISTER_RETENTION_DAYS_MAX: '20' });
    await custody.restart();
    const stricter = await found(said);
    expect(stricter).toContain('“Abstain from any tome” is not asked for here.');
    expect(stricter).toContain('your institution keeps them for 20 days at most');
  });
});
