import { wordLeastView } from '../../hsm/acts/wording.ts';
import { Notice } from '../ui/status.tsx';
import type { ExamEntry, Representative } from './custody.ts';
import { ChoiceField, FormFault, MomentField, WordsField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Signers } from './reasoned-changes.tsx';
import { RoomPage } from './room-page.tsx';
import { DEGRADED, PURPOSES } from './words.ts';

/** What two people say before a program may open an exam's recordings by itself. The least stands chosen. */
export function StandingGrantPage(props: { representative: Representative; exam: ExamEntry; filled: Filled }) {
  const { representative, exam, filled } = props;
  const { purposes, leastView } = exam.policy;
  const heading = `Let a program open recordings of “${exam.title}”`;
  return (
    <RoomPage title={heading} representative={representative} current="/exams">
      <div class="stack narrow">
        <h1>{heading}</h1>
        <p>
          The program that has the private half of the key below then opens recordings of this exam by itself, those
          that are made later too, until the time that you set. Each time is entered in the ledger, and the test taker
          reads it. It cannot be ended earlier, except by suspending the exam.
        </p>
        {exam.releaseMode === 'host-transient' && (
          <Notice kind="notice">
            <p>{DEGRADED}.</p>
          </Notice>
        )}
        <FormFault filled={filled} />
        <form class="card stack" method="post">
          <ChoiceField
            filled={filled}
            name="purpose"
            label="For what purpose?"
            hint="Those that the exam’s rules allow."
            options={[
              ['', 'Choose a purpose'],
              ...purposes.map((one): [string, string] => [one, PURPOSES[one] ?? one]),
            ]}
          />
          <ChoiceField
            filled={filled}
            name="extent"
            label="How much of each recording?"
            hint={`The least, by the exam’s rules: ${wordLeastView(leastView).replace(/^C/, 'c')}.`}
            options={[
              ['least-view', 'The least'],
              ['all', 'Everything'],
            ]}
          />
          <WordsField
            filled={filled}
            name="justification"
            label="Why is it needed?"
            hint="It stands in the ledger, and test takers can read it."
            longest={2000}
          />
          <WordsField
            filled={filled}
            name="recipient"
            label="The program’s public key"
            hint="The whole block, from “-----BEGIN PUBLIC KEY-----” to its end. The act shows its fingerprint: compare it with the program’s own before you sign."
            longest={2000}
          />
          <MomentField
            filled={filled}
            name="until"
            label="Until when?"
            hint="As short as will do, and a year at most."
          />
          <div class="row">
            <button class="button primary">Go on to sign the permission</button>
            <a class="button bare" href={`/exams/${exam.exam}`}>
              Not now
            </a>
          </div>
        </form>
        <Signers people={2} />
      </div>
    </RoomPage>
  );
}
