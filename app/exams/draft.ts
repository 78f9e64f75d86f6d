import { z } from 'zod';
import {
  type Fault as Finding,
  findFaults,
  findRevisionFaults,
  findWeakenedPromises,
} from '../../hsm/exam-findings.ts';
import {
  type Aid,
  AIDS,
  type ExamDocument,
  type ExamSetup,
  type ExamSetupInput,
  examSetup,
} from '../../hsm/exam-setup.ts';
import type { HouseRules } from './house-rules.ts';
import { RESTRICTED } from './observation.ts';
import { RESTRICTED_PLACE, type Restriction, RESTRICTIONS } from '../../hsm/restriction.ts';
import { type Policy, type PolicyInput, policy } from '../../hsm/policy.ts';

/** The kinds of recording that an exam can switch on. */
export const KINDS = ['camera', 'microphone', 'screen'] as const;
export type Kind = (typeof KINDS)[number];

/** A kind of recording in a draft: words stay while it is off, and a template's own wait for somebody to stand by them. */
export interface KindDraft {
  on: boolean;
  words: string;
  confirmed: boolean;
}

type Partly<T> = { [K in keyof T]?: T[K] | undefined };
type SetupDraft = Partly<
  Omit<ExamSetupInput, 'necessity' | 'restrictions' | 'place' | 'arrangement' | 'privacyOfficer' | 'costsNothing'>
> & {
  place?: { kind?: ExamSetup['place']['kind']; address?: string | undefined; aids?: Aid[] };
  arrangement?: Partly<Omit<ExamSetup['arrangement'], 'contact'>> & { contact?: Partly<ExamSetup['privacyOfficer']> };
  privacyOfficer?: Partly<ExamSetup['privacyOfficer']>;
  costsNothing?: boolean | undefined;
};

/** What stands in the way of proposing a draft: what may not be published, and what is not there yet. */
export interface DraftFault extends Omit<Finding, 'kind'> {
  kind: Finding['kind'] | 'missing' | 'unconfirmed' | 'unsaved';
}

/** An exam as far as it is set up: what hsm/policy.ts and hsm/exam-setup.ts ask for, each part when it is known. */
export interface Draft {
  title: string;
  policy: Partly<Omit<PolicyInput, 'unit'>>;
  setup: SetupDraft;
  recordings: Record<Kind, KindDraft>;
  /** Of what its page can restrict, as of what it records. */
  restrictions: Record<Restriction, KindDraft>;
}

/** What is kept of a draft's place beside the draft, because it is in no text that is published. */
export interface KeptPlace {
  /** Whether there is a password for the page elsewhere. */
  password: boolean;
  /** Files that it is on. */
  documents: ExamDocument[];
}

/** An exam as it is proposed for publication. */
export interface CompletedDraft {
  title: string;
  policy: Policy;
  setup: ExamSetup;
}

const whole = z.strictObject({ title: z.string().trim().min(1).max(200), policy, setup: examSetup });

/** What a missing or unusable part means, and how it is mended; by the field that it is in. */
const MISSING: Record<string, [why: string, instead: string]> = {
  title: ['The exam has no title.', 'Write the one that test takers know it by.'],
  'setup.unit': ['It is not said who holds the exam.', 'Name the office that answers for the recording.'],
  'setup.place.kind': ['It is not said where the exam itself is.', 'Choose a page elsewhere, a document, or paper.'],
  'setup.place.address': ['The exam’s page has no address.', 'Give its address; it begins with https://.'],
  'setup.place.documents': [
    'There is no document yet.',
    'Add at least one; test takers see it while they are recorded.',
  ],
  'recorded[]': [
    'No kind of recording is switched on.',
    'Switch on the camera or the screen; sound alone is not enough.',
  ],
  'setup.reviewers': [
    'It is not said who may watch.',
    'Name them by their office: “two reviewers appointed by the board”.',
  ],
  'setup.arrangement.alternative': [
    'There is no other way to sit the exam.',
    'Say how somebody sits it who does not want to be recorded, such as on campus.',
  ],
  'setup.arrangement.contact.name': ['It is not said whom to ask for the other way.', 'Name a person or an office.'],
  'setup.arrangement.contact.email': ['Who is asked for the other way has no address.', 'Give their e-mail address.'],
  'setup.arrangement.answerDays': ['It is not said how soon they answer.', 'Give a number of days, from 1 to 60.'],
  'setup.privacyOfficer.name': ['It is not said whom to complain to.', 'Name the privacy officer.'],
  'setup.privacyOfficer.email': ['The privacy officer has no address.', 'Give their e-mail address.'],
  'setup.legalBasis': ['The legal basis is missing.', 'Name the rule that allows this exam to be recorded.'],
  'setup.costsNothing[]': [
    'It is not attested that the exam costs test takers nothing.',
    'Tick that neither being recorded nor the other way costs anything. An exam with a fee cannot be published.',
  ],
  'policy.purposes[]': ['It is not said what recordings may be watched for.', 'Choose at least one purpose.'],
  'policy.closesAt': ['It is not said when the exam closes.', 'Give the day and the time; no attempt begins after it.'],
  'policy.retentionDays': ['It is not said how long recordings are kept.', 'Give a number of days; fewer are better.'],
};

/** Where a path of the schemas has its field on the page. */
const FIELD_OF: Record<string, string> = {
  'policy.purposes': 'policy.purposes[]',
  'setup.costsNothing': 'setup.costsNothing[]',
  'setup.necessity': 'recorded[]',
  'setup.place': 'setup.place.kind',
  policy: 'policy.uploadHours',
};

type Completed = { exam: CompletedDraft; faults: [] } | { exam: undefined; faults: DraftFault[] };

/**
 * @param unit whose exam it is: custody's id, or null
 * @param kept beside the draft
 * @returns what can be proposed, or what is missing or found, in the order of the page
 */
export function completed(draft: Draft, unit: string | null, kept: KeptPlace, { lint, limits }: HouseRules): Completed {
  const content = { policy: { ...draft.policy, unit }, place: placeOf(draft.setup.place, kept) };
  return complete(draft, content, (exam) => [...findFaults(lint, exam, limits), ...faultsOfTimes(exam)]);
}

/**
 * @param draft what a published exam is to become: its rules, where it is and what is kept of its place stay as they are
 * @param told what was published, and holds at present
 * @param begun whether test takers have begun it
 * @returns what can be proposed, or what is missing or found, in the order of the page
 */
export function completedRevision(
  draft: Draft,
  { policy: rules, setup: before }: Pick<CompletedDraft, 'policy' | 'setup'>,
  begun: boolean,
  { lint }: Pick<HouseRules, 'lint'>,
): Completed {
  const { place } = before;
  const kept = {
    password: place.kind === 'elsewhere' && place.asksPassword === true,
    documents: place.kind === 'document' ? place.documents : [],
  };
  const stays = placeOf({ ...draft.setup.place, kind: place.kind }, kept);
  return complete(draft, { policy: rules, place: stays }, (exam) => [
    ...findRevisionFaults(lint, exam, before),
    ...(begun ? findWeakenedPromises(before, exam.setup) : []),
  ]);
}

function complete(
  { title, setup, recordings, restrictions: restricting }: Draft,
  { policy: rules, place }: { policy: object; place: object | undefined },
  look: (exam: CompletedDraft) => Finding[],
): Completed {
  const on = KINDS.filter((kind) => recordings[kind].on);
  const necessity = Object.fromEntries(on.map((kind) => [kind, recordings[kind].words]));
  const restricted = restrictedBy({ setup, restrictions: restricting });
  const restrictions = Object.fromEntries(restricted.map((one) => [one, restricting[one].words]));
  const given = { title, policy: rules, setup: { ...setup, place, necessity, restrictions } };
  const read = whole.safeParse(given);
  // What is there is looked at whatever else is missing.
  const looked = read.success ? read : whole.safeParse(standIn(given, read.error.issues));
  const faults: DraftFault[] = [
    ...(read.success ? [] : read.error.issues.flatMap(wordIssue)),
    ...on.flatMap((kind) => faultOfWords(kind, recordings[kind])),
    ...restricted.flatMap((one) => faultOfReason(one, restricting[one])),
    ...(looked.success ? look(looked.data).map(onPage) : []),
  ];
  faults.sort((one, other) => rankOf(one) - rankOf(other));
  const once = faults.filter(
    ({ field, why }, index) => faults.findIndex((one) => one.field === field && one.why === why) === index,
  );
  return read.success && once.length === 0 ? { exam: read.data, faults: [] } : { exam: undefined, faults: once };
}

/** @returns a draft's place as it is published */
function placeOf(place: Draft['setup']['place'], { password, documents }: KeptPlace): Draft['setup']['place'] | object {
  if (place?.kind === 'paper') return { kind: 'paper' };
  if (place?.kind === 'document') return { kind: 'document', documents, ...givenAids(place.aids) };
  return place && { kind: place.kind, address: place.address, ...(password && { asksPassword: true }) };
}

/** @returns what a place on the recorder's page gives beside its documents, as it is published */
export function givenAids(chosen: readonly Aid[] = []): { aids?: Aid[] } {
  return chosen.length > 0 ? { aids: AIDS.filter((aid) => chosen.includes(aid)) } : {};
}

/** What nobody has to say anything about: it stands for parts that are missing. */
const HARMLESS = {
  title: '–',
  policy: { purposes: ['appeal'], closesAt: '9999-01-01T00:00:00Z', retentionDays: 1, uploadHours: 1 },
  setup: {
    ...{ unit: '–', instructions: '', opensAt: null, lastEntryMinutes: null, minutes: null },
    place: { kind: 'paper' },
    necessity: { camera: '–', microphone: '–', screen: '–' },
    restrictions: { 'full-screen': '–', 'left-page': '–', 'one-screen': '–', clipboard: '–' },
    arrangement: { alternative: '–', contact: { name: '–', email: 'exams@university.example' }, answerDays: 1 },
    privacyOfficer: { name: '–', email: 'privacy@university.example' },
    ...{ reviewers: '–', legalBasis: '–', costsNothing: true },
  },
};

/** @returns what is given with harmless parts wherever there is an issue */
function standIn(given: object, issues: readonly z.core.$ZodIssue[]): object {
  type Node = Record<PropertyKey, unknown>;
  const whole = structuredClone(given) as Node;
  for (const { path } of issues) {
    let [target, source]: [Node, Node | undefined] = [whole, HARMLESS];
    for (const [index, key] of path.entries()) {
      const next = target[key];
      const leads = index < path.length - 1 && typeof next === 'object' && next !== null;
      if (!leads) target[key] = structuredClone(source?.[key]);
      if (!leads) break;
      [target, source] = [next as Node, source?.[key] as Node | undefined];
    }
  }
  // An address that is missing is none of a place on paper.
  if (issues.some(({ path }) => path.join('.').startsWith('setup.place')))
    (whole['setup'] as Node)['place'] = HARMLESS.setup.place;
  return whole;
}

/** What fields' names begin with, in the order of the page. */
const ORDER = [
  ...['title', 'setup.unit', 'setup.place', 'setup.instructions', 'setup.language'],
  ...['setup.opensAt', 'policy.closesAt', 'setup.minutes', 'setup.lastEntryMinutes', 'setup.breaks'],
  ...['recorded', 'setup.necessity', 'setup.restrictions'],
  ...['setup.reviewers', 'setup.arrangement.alternative', 'setup.arrangement.contact', 'setup.arrangement.answerDays'],
  ...['setup.privacyOfficer', 'setup.legalBasis', 'setup.costsNothing', 'policy'],
];

/** @returns what was found, by its field on the page */
export function onPage(fault: DraftFault): DraftFault {
  const path = fault.field.replace(/^(setup\.place\.documents)\..*$/, '$1');
  return { ...fault, field: FIELD_OF[path] ?? path };
}

function rankOf({ field }: DraftFault): number {
  return ORDER.findIndex((beginning) => field.startsWith(beginning));
}

function faultOfWords(kind: Kind, { words, confirmed }: KindDraft): DraftFault[] {
  const field = `setup.necessity.${kind}`;
  if (words.trim() === '') {
    return [
      {
        ...{ field, kind: 'missing', why: `It is not said why the ${kind} is recorded.` },
        instead: 'Say it in words that test takers read, or switch it off.',
      },
    ];
  }
  if (confirmed) return [];
  return [
    {
      ...{
        field,
        kind: 'unconfirmed',
        why: `Nobody has confirmed why the ${kind} is recorded: the words are a suggestion.`,
      },
      instead: 'Rewrite them, or tick that they are true of this exam.',
    },
  ];
}

function faultOfReason(one: Restriction, { words, confirmed }: KindDraft): DraftFault[] {
  const field = `setup.restrictions.${one}`;
  const name = RESTRICTED[one].name.toLowerCase();
  if (words.trim() !== '' && confirmed) return [];
  if (words.trim() !== '') {
    const why = `Nobody has confirmed why this is restricted: ${name}.`;
    return [
      { field, kind: 'unconfirmed', why, instead: 'Rewrite the words, or tick that they are true of this exam.' },
    ];
  }
  const why = `It is not said why this is restricted: ${name}.`;
  return [{ field, kind: 'missing', why, instead: 'Say it in words that test takers read, or switch it off.' }];
}

/** What no time between now and the signature mends is custody's to find; this is asked when it is proposed. */
function faultsOfTimes({ policy: { closesAt } }: CompletedDraft): Finding[] {
  if (Date.parse(closesAt) > Date.now()) return [];
  const why = 'The exam would have closed already.';
  return [{ field: 'policy.closesAt', kind: 'window', why, instead: 'Give a later time.' }];
}

function wordIssue({ path, message }: z.core.$ZodIssue): DraftFault[] {
  const dotted = path.join('.');
  // What a kind lacks is said of the kind; that there is none, of all.
  if (/^setup\.(necessity|restrictions)\./.test(dotted)) return [];
  const parts = Object.keys(MISSING).filter((name) => name.startsWith(`${dotted}.`));
  const fields =
    dotted === 'setup.necessity'
      ? ['recorded[]']
      : FIELD_OF[dotted]
        ? [FIELD_OF[dotted]]
        : parts.length > 0
          ? parts
          : [dotted];
  return fields.map((field) => {
    const [why, instead] = (field !== 'policy.uploadHours' && MISSING[field]) || [
      'The rules do not fit each other: recordings would be taken in for longer than they are kept.',
      `Take them in for fewer hours, or keep them for more days (${message}).`,
    ];
    return { field, kind: 'missing', why, instead };
  });
}

/** @returns a draft of an exam that is like a published one; its times are open again, and its words wait to be confirmed */
export function draftOf({ title, policy: rules, setup }: CompletedDraft): Draft {
  const { necessity, restrictions, place, opensAt: _opensAt, costsNothing: _costsNothing, ...told } = setup;
  const { unit: _unit, closesAt: _closesAt, ...kept } = rules;
  return {
    title,
    policy: kept,
    setup: { ...told, place: draftPlaceOf(place) },
    recordings: kindsOf(necessity),
    restrictions: restrictingOf(restrictions),
  };
}

/** @returns what a published exam is changed in: everything as test takers are told it, word for word */
export function revisionOf({ title, policy: rules, setup }: CompletedDraft): Draft {
  const { necessity, restrictions, place, ...told } = setup;
  const { unit: _unit, ...kept } = rules;
  const [recordings, restricting] = [kindsOf(necessity), restrictingOf(restrictions)];
  // Who published them stood by these words.
  for (const one of [...Object.values(recordings), ...Object.values(restricting)]) one.confirmed = one.on;
  const setUp = { ...told, place: draftPlaceOf(place) };
  return { title, policy: kept, setup: setUp, recordings, restrictions: restricting };
}

/** @returns what a draft says of a published exam's place: password and documents stay with their exam */
function draftPlaceOf(place: ExamSetup['place']): Draft['setup']['place'] {
  return {
    kind: place.kind,
    ...(place.kind === 'elsewhere' && { address: place.address }),
    ...(place.kind === 'document' && givenAids(place.aids)),
  };
}

/** @returns a draft like another one, its words to be confirmed again */
export function duplicateOf(draft: Draft): Draft {
  const { opensAt: _opensAt, costsNothing: _costsNothing, ...setup } = draft.setup;
  const { closesAt: _closesAt, ...rules } = draft.policy;
  const recordings = structuredClone(draft.recordings);
  for (const kind of KINDS) recordings[kind].confirmed = false;
  const restrictions = structuredClone(draft.restrictions);
  for (const one of RESTRICTIONS) restrictions[one].confirmed = false;
  return { title: draft.title, policy: rules, setup, recordings, restrictions };
}

/** @returns the kinds of recording with the given words switched on, waiting to be confirmed; all others off */
export function kindsOf(words: Partial<Record<Kind, string | undefined>>): Record<Kind, KindDraft> {
  return {
    camera: switchedBy(words.camera),
    microphone: switchedBy(words.microphone),
    screen: switchedBy(words.screen),
  };
}

/** @returns the restrictions, likewise */
export function restrictingOf(words: Partial<Record<Restriction, string | undefined>>): Record<Restriction, KindDraft> {
  return Object.fromEntries(RESTRICTIONS.map((one) => [one, switchedBy(words[one])])) as Record<Restriction, KindDraft>;
}

/** @returns what the draft restricts: where its place allows for it */
export function restrictedBy({ setup, restrictions }: Pick<Draft, 'setup' | 'restrictions'>): Restriction[] {
  return setup.place?.kind === RESTRICTED_PLACE ? RESTRICTIONS.filter((one) => restrictions[one].on) : [];
}

const switchedBy = (text: string | undefined) => ({ on: text !== undefined, words: text ?? '', confirmed: false });
