import type { Aid, ExamSetup } from '../exam-setup.ts';
import { type Restriction, restrictionsOf } from '../restriction.ts';
import { amount, type Detail } from './wording.ts';

const KINDS = { camera: 'Camera, because', microphone: 'Microphone, because', screen: 'Screen, because' } as const;

const RESTRICTED: Record<Restriction, string> = {
  'full-screen': 'Asked to be in full screen, noted where it is not, because',
  'left-page': 'Leaving the page is noted, because',
  'one-screen': 'A second screen is noted, because',
  clipboard: 'Copying and pasting is prevented, because',
};

const AID_WORDS: Record<Aid, string> = {
  calculator: 'a calculator with basic and scientific functions',
  'scratch-pad': 'a scratch pad, whose notes stay in the test taker’s browser and are deleted at the end',
};

/** @returns everything that test takers are told, as they read it */
export function wordSetup(setup: ExamSetup): Detail[] {
  const { place, necessity, arrangement, privacyOfficer, bounds } = setup;
  const kinds = Object.entries(KINDS) as [keyof typeof KINDS, string][];
  return [
    { term: 'Language of its texts', value: setup.language === 'de' ? 'German' : 'English' },
    { term: 'Held by', value: setup.unit },
    ...wordPlace(place),
    ...(setup.instructions ? [{ term: 'What test takers have to know', value: setup.instructions }] : []),
    { term: 'Opens', value: setup.opensAt ?? 'when it is published' },
    {
      term: 'Can be begun',
      value: setup.lastEntryMinutes === null ? 'until it closes' : `for ${amount(setup.lastEntryMinutes, 'minute')}`,
    },
    {
      term: 'Time for it',
      value: setup.minutes === null ? 'until it closes' : amount(setup.minutes, 'minute'),
    },
    ...wordBreaks(setup.breaks),
    ...kinds.flatMap(([kind, term]) => (necessity[kind] === undefined ? [] : [{ term, value: necessity[kind] }])),
    ...(['camera', 'screen'] as const)
      .filter((kind) => necessity[kind] !== undefined)
      .map((kind) => ({
        term: kind === 'camera' ? 'Camera, how finely' : 'Screen, how finely',
        value: `at most ${wordQuality(bounds[kind].most)}, at least ${wordQuality(bounds[kind].least)}`,
      })),
    ...restrictionsOf(setup).map((one) => ({ term: RESTRICTED[one], value: setup.restrictions[one] ?? '' })),
    { term: 'A key for each', value: amount(setup.chapterSeconds, 'second') },
    { term: 'Who may watch', value: setup.reviewers },
    { term: 'The other way to sit it', value: arrangement.alternative },
    { term: 'To be asked for from', value: `${arrangement.contact.name}, ${arrangement.contact.email}` },
    { term: 'Answered within', value: amount(arrangement.answerDays, 'day') },
    { term: 'Complaints go to', value: `${privacyOfficer.name}, ${privacyOfficer.email}` },
    { term: 'Legal basis', value: setup.legalBasis },
    { term: 'What it costs test takers', value: 'nothing, recorded or not' },
  ];
}

function wordBreaks(breaks: ExamSetup['breaks']): Detail[] {
  if (!breaks) return [];
  const time = breaks.addedToTime ? 'the time for the exam is longer by them' : 'the time for the exam goes on in them';
  return [
    {
      term: 'Breaks',
      value: `${amount(breaks.minutes, 'minute')} in all for every test taker; nothing is recorded in them; ${time}`,
    },
  ];
}

function wordPlace(place: ExamSetup['place']): Detail[] {
  if (place.kind === 'paper') return [{ term: 'Where it is', value: 'on paper' }];
  if (place.kind === 'elsewhere') {
    const where = { term: 'Where it is', value: place.address };
    if (!place.asksPassword) return [where];
    const shown = 'shown to test takers while they are recorded; the exam’s administrators set it';
    return [where, { term: 'Its password', value: shown }];
  }
  return [
    { term: 'Where it is', value: 'on the recorder’s page, where files are handed in' },
    ...place.documents.map(({ name, type, bytes, digest }) => ({
      term: 'Document',
      value: `${name} (${type}, ${amount(bytes, 'byte')}, SHA-256 ${digest})`,
    })),
    ...(place.aids ?? []).map((aid) => ({ term: 'Given on that page', value: AID_WORDS[aid] })),
  ];
}

function wordQuality({ frameRate, bitrate }: ExamSetup['bounds']['camera']['most']): string {
  return `${frameRate} frames a second and ${Math.round(bitrate / 1000)} kbit/s`;
}
