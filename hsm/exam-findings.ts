import type { ExamSetup } from './exam-setup.ts';
import { amount, wordMoment } from './acts/wording.ts';
import { isPlainly } from './lint/common-words.ts';
import type { Lint } from './lint/lint.ts';
import type { Kind } from './lint/rules.ts';
import type { Policy } from './policy.ts';
import { RESTRICTIONS } from './restriction.ts';

/** What stands in the way of putting an exam to test takers. */
export interface Fault {
  /** Where: a dotted path into {title, policy, setup}, such as `setup.necessity.camera`. */
  field: string;
  kind: Kind | 'retention' | 'window' | 'answer' | 'promise' | 'arrangement';
  /** The words that it is about. */
  quote?: string;
  /** Explains it to an exam administrator, in a sentence. */
  why: string;
  /** What could be written or done in its place, in a sentence. */
  instead: string;
}

/** An exam as it is published. */
export interface ExamText {
  title: string;
  setup: ExamSetup;
}

/** What an institution sets for all of its exams. */
export interface Limits {
  /** The longest that recordings may be kept, in days from an exam's closing. */
  retentionDays: number;
}

/** So much of a quotation is repeated: the text itself stands beside it. */
const MOST_QUOTED = 160;
/** More faults than these help nobody to mend the first. */
const MOST_FAULTS = 12;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Every text of an exam that its people write and test takers read, by name; documents' names beside them. Nothing is said where one is left out. */
const TEXTS: Record<string, (exam: ExamText) => string | undefined> = {
  title: ({ title }) => title,
  'setup.unit': ({ setup }) => setup.unit,
  'setup.instructions': ({ setup }) => setup.instructions,
  'setup.necessity.camera': ({ setup }) => setup.necessity.camera,
  'setup.necessity.microphone': ({ setup }) => setup.necessity.microphone,
  'setup.necessity.screen': ({ setup }) => setup.necessity.screen,
  ...Object.fromEntries(
    RESTRICTIONS.map((one) => [`setup.restrictions.${one}`, ({ setup }: ExamText) => setup.restrictions[one]]),
  ),
  'setup.reviewers': ({ setup }) => setup.reviewers,
  'setup.arrangement.alternative': ({ setup }) => setup.arrangement.alternative,
  'setup.arrangement.contact.name': ({ setup }) => setup.arrangement.contact.name,
  'setup.privacyOfficer.name': ({ setup }) => setup.privacyOfficer.name,
  'setup.legalBasis': ({ setup }) => setup.legalBasis,
};

/**
 * Looks for what stands in the way of an exam's publication. That nothing is recorded without a necessity in words, and that there is
 * another way to sit it, is the schema's (hsm/exam-setup.ts).
 * @param askedFrom from when on test takers can ask for the other way; milliseconds of the clock
 * @returns at most twelve
 */
export function findFaults(
  lint: Lint,
  { policy, ...text }: ExamText & { policy: Policy },
  limits: Limits,
  askedFrom = Date.now(),
): Fault[] {
  return [
    ...findRuleFaults({ policy, setup: text.setup }, limits),
    ...findBreakFaults(text.setup),
    ...findAnswerFaults(text.setup, askedFrom),
    ...findTextFaults(lint, text),
  ].slice(0, MOST_FAULTS);
}

/**
 * Looks for what stands in the way of a published exam's next version; its rules change by an act of their own.
 * @param before what test takers are told at present; null of an exam from before custody kept it
 * @param askedFrom as for {@link findFaults}
 */
export function findRevisionFaults(
  lint: Lint,
  { policy, ...text }: ExamText & { policy: Policy },
  before: ExamSetup | null,
  askedFrom = Date.now(),
): Fault[] {
  const { opensAt, arrangement } = text.setup;
  // Who could ask in time goes on to have an answer in time.
  const kept = before?.opensAt === opensAt && before.arrangement.answerDays >= arrangement.answerDays;
  return [
    ...findWindowFaults({ policy, setup: text.setup }),
    ...findBreakFaults(text.setup),
    ...(kept ? [] : findAnswerFaults(text.setup, askedFrom)),
    ...findTextFaults(lint, text),
  ].slice(0, MOST_FAULTS);
}

/** Looks for what in an exam's rules goes beyond the institution's, or does not fit what test takers are told. @param exam.setup null where nothing is known of it */
export function findRuleFaults(exam: { policy: Policy; setup: ExamSetup | null }, limits: Limits): Fault[] {
  const { retentionDays } = exam.policy;
  const faults: Fault[] = [];
  if (retentionDays > limits.retentionDays) {
    faults.push({
      ...{ field: 'policy.retentionDays', kind: 'retention' },
      why: `Recordings would be kept for ${amount(retentionDays, 'day')}; your institution keeps them for ${amount(limits.retentionDays, 'day')} at most.`,
      instead: `Keep them for ${amount(limits.retentionDays, 'day')} or fewer.`,
    });
  }
  return exam.setup ? [...faults, ...findWindowFaults({ policy: exam.policy, setup: exam.setup })] : faults;
}

/**
 * Looks for what would be worse for test takers who have begun than what they were told.
 * @param before what they were told; null where custody does not know it
 */
export function findWeakenedPromises(before: ExamSetup | null, after: ExamSetup): Fault[] {
  const faults: Fault[] = [];
  const weakened = (field: string, why: string, instead: string) =>
    faults.push({ field: `setup.${field}`, kind: 'promise', why, instead });
  for (const kind of ['camera', 'microphone', 'screen'] as const) {
    if (after.necessity[kind] === undefined || before?.necessity[kind] !== undefined) continue;
    weakened(
      `necessity.${kind}`,
      `Test takers began without being told that their ${kind} is recorded.`,
      `Leave the ${kind} out of this exam; another exam can ask for it from the beginning.`,
    );
  }
  for (const one of RESTRICTIONS) {
    if (after.restrictions[one] === undefined || before?.restrictions[one] !== undefined) continue;
    weakened(
      `restrictions.${one}`,
      'Test takers began without being told of this restriction.',
      'Leave it out of this exam; another exam can have it from the beginning.',
    );
  }
  if (!before) return faults;
  for (const kind of ['camera', 'screen'] as const) {
    const [was, is] = [before.bounds[kind].most, after.bounds[kind].most];
    if (after.necessity[kind] === undefined || (is.frameRate <= was.frameRate && is.bitrate <= was.bitrate)) continue;
    weakened(
      `bounds.${kind}.most`,
      `The ${kind} would be recorded more finely than test takers were told when they began.`,
      `Keep to at most ${was.frameRate} frames a second and ${was.bitrate} bits a second.`,
    );
  }
  const aidsOf = ({ place }: ExamSetup) => (place.kind === 'document' ? (place.aids ?? []) : []);
  if (aidsOf(before).some((aid) => !aidsOf(after).includes(aid))) {
    weakened(
      'place.aids',
      'Test takers who have begun would lose the calculator or the scratch pad that they were promised.',
      'Leave both as they are, or give more.',
    );
  }
  if (after.chapterSeconds > before.chapterSeconds) {
    weakened(
      'chapterSeconds',
      `One permission to watch would open ${amount(after.chapterSeconds, 'second')} at a time; test takers were told ${before.chapterSeconds}.`,
      `Keep to ${amount(before.chapterSeconds, 'second')} or fewer.`,
    );
  }
  if (after.minutes !== null && after.minutes < (before.minutes ?? Infinity)) {
    weakened(
      'minutes',
      `Test takers who have begun would have less time than they were told: ${before.minutes === null ? 'until the exam closes' : amount(before.minutes, 'minute')}.`,
      'Leave the time as it is, or give more.',
    );
  }
  if (before.breaks && (after.breaks?.minutes ?? 0) < before.breaks.minutes) {
    weakened(
      'breaks.minutes',
      `Test takers who have begun would have less than the ${amount(before.breaks.minutes, 'minute')} of breaks that they were told of.`,
      'Leave the breaks as they are, or give more.',
    );
  }
  if (before.breaks?.addedToTime && after.breaks?.addedToTime !== true) {
    weakened(
      'breaks.addedToTime',
      'Test takers who have begun were told that their time is longer by the breaks.',
      'Leave it so.',
    );
  }
  return faults;
}

/** Breaks can make a time longer only where it has a length. */
function findBreakFaults({ breaks, minutes }: ExamSetup): Fault[] {
  if (!breaks?.addedToTime || minutes !== null) return [];
  return [
    {
      ...{ field: 'setup.breaks.addedToTime', kind: 'window' },
      why: 'The time would be longer by the breaks, and it has no length: it goes until the exam closes.',
      instead: 'Say how many minutes test takers have, or let the time go on in breaks.',
    },
  ];
}

function findTextFaults(lint: Lint, exam: ExamText): Fault[] {
  const { place } = exam.setup;
  const named = place.kind === 'document' ? place.documents : [];
  const texts = [
    ...Object.entries(TEXTS).map(([field, read]) => [field, read(exam)] as const),
    ...named.map(({ name }, index) => [`setup.place.documents.${index}.name`, name] as const),
  ];
  return texts.flatMap(([field, text]) => findFaultsIn(lint, exam.setup.language, field, text ?? ''));
}

/**
 * Looks for what may not be put to a test taker, in one text. It is read in every language that there are rules for: what it is said
 * to be written in is only said, sentence by sentence.
 * @param own the language that it is said to be written in
 */
export function findFaultsIn(lint: Lint, own: ExamSetup['language'], field: string, text: string): Fault[] {
  const others = lint.languages.filter((language) => language !== own);
  return [
    ...lint(text, own),
    ...others.flatMap((other) => lint(text, other).filter((finding) => !isPlainly(own, other, text, finding))),
  ]
    .filter(({ kind, from, to }, index, all) => {
      // What two languages find in the same words is told once.
      return !all.slice(0, index).some((one) => one.kind === kind && one.from < to && from < one.to);
    })
    .map(({ kind, quote, why, instead }) => {
      const short = quote.length > MOST_QUOTED ? `${quote.slice(0, MOST_QUOTED)}…` : quote;
      return { field, kind, quote: short, why: why.replaceAll(quote, () => short), instead };
    });
}

function findWindowFaults({ policy, setup }: { policy: Policy; setup: ExamSetup }): Fault[] {
  const { opensAt, lastEntryMinutes } = setup;
  const { closesAt } = policy;
  if (opensAt === null) {
    if (lastEntryMinutes === null) return [];
    return [
      {
        ...{ field: 'setup.lastEntryMinutes', kind: 'window' },
        why: `The exam can be begun for ${amount(lastEntryMinutes, 'minute')} from its opening, and it is not said when it opens.`,
        instead: 'Say when it opens, or let it be begun until it closes.',
      },
    ];
  }
  if (Date.parse(opensAt) >= Date.parse(closesAt)) {
    return [
      {
        ...{ field: 'setup.opensAt', kind: 'window' },
        why: `The exam opens on ${wordMoment(opensAt)} and has closed by then: on ${wordMoment(closesAt)}.`,
        instead: 'Let it open before it closes.',
      },
    ];
  }
  if (lastEntryMinutes === null) return [];
  const lastEntry = Date.parse(opensAt) + lastEntryMinutes * MINUTE_MS;
  if (lastEntry <= Date.parse(closesAt)) return [];
  const most = Math.floor((Date.parse(closesAt) - Date.parse(opensAt)) / MINUTE_MS);
  return [
    {
      ...{ field: 'setup.lastEntryMinutes', kind: 'window' },
      why: `The exam could be begun until ${wordMoment(new Date(lastEntry).toISOString())}; it closes before that, on ${wordMoment(closesAt)}.`,
      instead: `Let it be begun for ${amount(most, 'minute')} or fewer, or close it later.`,
    },
  ];
}

/** Where the exam is open from its publication on nobody can have asked before it opened. */
function findAnswerFaults({ opensAt, arrangement }: ExamSetup, askedFrom: number): Fault[] {
  if (opensAt === null) return [];
  const opens = Date.parse(opensAt);
  const answered = askedFrom + arrangement.answerDays * DAY_MS;
  if (answered <= opens) return [];
  const days = Math.floor((opens - askedFrom) / DAY_MS);
  const later = `let the exam open later: on ${wordMoment(new Date(answered).toISOString())} or after it`;
  return [
    {
      ...{ field: 'setup.arrangement.answerDays', kind: 'answer' },
      why: `Who asks for the other way to sit the exam could have their answer ${amount(arrangement.answerDays, 'day')} later, when the exam has opened already: it opens on ${wordMoment(opensAt)}.`,
      instead:
        days < 1
          ? `${later.charAt(0).toUpperCase()}${later.slice(1)}.`
          : `Answer within ${amount(days, 'day')}, or ${later}.`,
    },
  ];
}
