import type { ArrangementTerms } from '../../hsm/arrangement.ts';
import type { Terms } from '../attempts/terms.ts';
import type { ExamRules } from '../exams/rule-book.ts';
import { langOf } from '../exams/exam-text.tsx';
import { Moment } from '../ui/moment.tsx';
import type { Words } from '../words/en.ts';

/** What was granted to a test taker, and what follows from it for their time. */
export function GrantedTerms(props: {
  words: Words;
  terms: ArrangementTerms;
  /** The times that hold for them, with all that they have beyond everybody's. */
  time: Terms;
  rules: Pick<ExamRules, 'setup'>;
}) {
  const { words, terms, time, rules } = props;
  const { extraMinutes, breakMinutes, leftOut, lifted, anyDevice, elsewhere } = terms;
  const told = words.arrangement.terms;
  const { minutes, closesAt } = time;
  const longer = extraMinutes + breakMinutes > 0;
  return (
    <>
      {elsewhere && (
        <>
          <p>{told.elsewhere}</p>
          <p class="as-written" {...langOf(rules, words)}>
            {elsewhere}
          </p>
        </>
      )}
      <ul>
        {extraMinutes > 0 && <li>{told.extra(extraMinutes)}</li>}
        {breakMinutes > 0 && <li>{told.breaks(breakMinutes)}</li>}
        {longer && minutes !== null && <li>{told.time(minutes)}</li>}
        {longer && <li>{told.until(<Moment at={closesAt} language={words.language} />)}</li>}
        {leftOut.length > 0 && <li>{told.leftOut(leftOut)}</li>}
        {lifted && <li>{words.restrictions.lifted(lifted)}</li>}
        {anyDevice && <li>{told.device}</li>}
      </ul>
    </>
  );
}

/** The same where the exam's page says it, above all that holds for everybody. */
export function OwnArrangement(props: Parameters<typeof GrantedTerms>[0]) {
  const { arrangement } = props.words;
  return (
    <section class="card stack" aria-labelledby="own-arrangement">
      <h2 id="own-arrangement">{arrangement.holds}</h2>
      <GrantedTerms {...props} />
      <p class="hint">{arrangement.holdsText}</p>
    </section>
  );
}
