import type { Child } from 'hono/jsx';
import type { ExamSetup } from '../../hsm/exam-setup.ts';
import type { Words } from '../words/en.ts';

/** Something of an exam whose texts are in one language. */
interface Written {
  setup: Pick<ExamSetup, 'language'>;
}

/** @returns what an element says of its language that holds an exam's own text: nothing where the page is in the same one */
export function langOf({ setup }: Written, { language }: Words): { lang?: string } {
  return setup.language === language ? {} : { lang: setup.language };
}

/** A text of the exam, as the university wrote it, within the page's own words. */
export function ExamText({ exam, words, children }: { exam: Written; words: Words; children: Child }) {
  const lang = langOf(exam, words);
  return lang.lang ? <span {...lang}>{children}</span> : <>{children}</>;
}
