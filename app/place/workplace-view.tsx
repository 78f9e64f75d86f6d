import type { ExamSetup } from '../../hsm/exam-setup.ts';
import type { Exam } from '../exams/exam.ts';
import type { Words } from '../words/en.ts';
import { Calculator, ScratchPad } from './aids-view.tsx';
import { HandInField } from './hand-in-view.tsx';
import { Documents } from './shown-documents-view.tsx';

/** The exam on the recorder's page: its documents, where answers are handed in, and beside them what the page gives to work with. */
export function Workplace(props: {
  words: Words;
  exam: Exam;
  place: Extract<ExamSetup['place'], { kind: 'document' }>;
}) {
  const { words, exam, place } = props;
  const { aids = [], documents } = place;
  const sheets = (
    <>
      <Documents words={words} exam={exam} documents={documents} />
      <HandInField words={words} />
    </>
  );
  if (aids.length === 0) return sheets;
  return (
    <div class="workplace">
      <aside class="aids" aria-label={words.aids.heading}>
        {aids.includes('calculator') && <Calculator words={words} />}
        {aids.includes('scratch-pad') && (
          <ScratchPad words={words} screen={exam.setup.necessity.screen !== undefined} />
        )}
      </aside>
      <div class="stack">{sheets}</div>
    </div>
  );
}
