import { localMinute } from '../app/ui/fields.tsx';

const CLOSES = localMinute(new Date(Date.now() + 7 * 86_400_000).toISOString());

/** All fields of a draft's page, as somebody filled them in who forgot nothing. */
export const whole: Record<string, string | string[]> = {
  title: 'Torts I',
  'setup.language': 'en',
  'setup.unit': 'Examination Office',
  'setup.place.kind': 'elsewhere',
  'setup.place.address': 'https://lms.university.example/quiz/7',
  'setup.instructions': 'You may use a pen.\r\nNothing else.',
  'setup.opensAt': '',
  'policy.closesAt': CLOSES,
  'setup.minutes': '90',
  'setup.lastEntryMinutes': '',
  'setup.breaks.minutes': '',
  'setup.breaks.addedToTime': 'no',
  'recorded[]': ['camera'],
  'setup.necessity.camera': 'Because nobody invigilates at home.',
  'setup.necessity.microphone': '',
  'setup.necessity.screen': 'Kept for later.',
  'setup.restrictions.full-screen': '',
  'setup.restrictions.left-page': '',
  'setup.restrictions.one-screen': '',
  'setup.restrictions.clipboard': '',
  'setup.reviewers': 'Two reviewers of the examination board',
  'setup.arrangement.alternative': 'You can sit the exam on campus without any recording.',
  'setup.arrangement.contact.name': 'Examination Office',
  'setup.arrangement.contact.email': 'exams@university.example',
  'setup.arrangement.answerDays': '5',
  'setup.privacyOfficer.name': 'Privacy Officer',
  'setup.privacyOfficer.email': 'privacy@university.example',
  'setup.legalBasis': 'Examination act, section 8',
  'setup.costsNothing[]': ['true'],
  'policy.purposes[]': ['integrity-review', 'appeal'],
  'policy.retentionDays': '30',
  'policy.uploadHours': '72',
  'policy.reentry': 'any-browser',
  'policy.dualControl': '2',
  'policy.leastView.chaptersAround': '1',
  'policy.leastView.drawn': '0',
  section: 'when',
};

/** @returns the page's form, with what is changed of it */
export const draftFields = (changed: Record<string, string | string[]> = {}): [string, string][] =>
  Object.entries({ ...whole, ...changed }).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
