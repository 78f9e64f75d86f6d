import type { Child } from 'hono/jsx';
import { FORMATS } from '../formats.ts';

/** What anybody may check of this appliance. */
export const charter = {
  title: 'Charter',
  lead: (institution: string) => `What ${institution} promises about this appliance, and lets anybody check.`,

  heading: 'Who watches over the record',
  record:
    'Whenever somebody is allowed to watch a recording, watches it, is turned down or decides something, this appliance writes that into its record. Entries are only ever added: each addition is signed together with everything that stands before it.',
  role: 'That signature is the appliance’s own. It does not show whether everybody is shown the same record, or whether it was written anew. That is what outside witnesses are for: every minute they are sent what the record comes to, and they sign that it only grew since the last time.',
  witnessed: (when: Child, entries: number) => (
    <>
      <strong>The record is witnessed.</strong> An outside witness confirmed {confirmed(entries)} last on {when}.
    </>
  ),
  partly: 'Not every witness has confirmed it within the last 24 hours: see the table.',
  /** Each of these: what stands out, and what follows it. */
  lapsed: [
    'The record is not witnessed at the moment.',
    'No witness has confirmed it within the last 24 hours. What was confirmed before stays confirmed; for what was entered since, only this appliance’s own signature stands. Whoever runs the appliance has to find out why. Your exam and your recordings go on as they are.',
  ] as [string, string],
  none: [
    'The record is not witnessed.',
    'No outside witness is set up here. Only this appliance’s own signature stands for the record: nobody outside confirms that it was never written anew, or that everybody is shown the same one.',
  ] as [string, string],
  away: [
    'How the record is witnessed cannot be said just now.',
    'The part of the appliance that keeps it does not answer. Nothing of it is lost; look again in a few minutes.',
  ] as [string, string],
  table: {
    caption: 'The witnesses, and what each confirmed last',
    witness: 'Witness',
    last: 'Last confirmed',
    entries: 'How much',
    state: 'State',
  },
  confirmed,
  fresh: 'Within 24 hours',
  stale: 'Longer ago than 24 hours',
  never: 'Not yet',
  nothing: 'Nothing yet',

  limitsHeading: 'What this does not show',
  limits: [
    'A witness sees numbers and sums, never a name, a page or a recording. It cannot say whether an entry is true, nor whether something was never entered.',
    'It confirms what it saw since it began to look. What was changed before that, or entered after its last confirmation, is not covered.',
    'It is worth as much as it is independent: a witness that the institution runs itself confirms nothing to anybody else. Ask who runs it.',
    'This page comes from the very appliance that is watched over. Do not take its word: check for yourself.',
  ],

  checkHeading: 'Check for yourself',
  files: (witnessed: (words: string) => Child, key: (words: string) => Child) => (
    <>
      Here is {witnessed('the newest part of the record that was confirmed')}, with the witnesses’ signatures, and{' '}
      {key('the key that the appliance signs with')}. Programs that verify such records (C2SP tlog-tiles) find
      everything else beside them.
    </>
  ),
  filesUnwitnessed: (checkpoint: (words: string) => Child, key: (words: string) => Child) => (
    <>
      Here is {checkpoint('what the record comes to now')}, and {key('the key that the appliance signs with')}. Programs
      that verify such records (C2SP tlog-tiles) find everything else beside them.
    </>
  ),
  keys: 'Take a witness’s key from the witness, not from here; it should be the one that the appliance goes by:',
};

function confirmed(entries: number): string {
  return FORMATS.en.amount(entries, 'entry', 'entries');
}
