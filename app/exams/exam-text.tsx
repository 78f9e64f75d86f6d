import type { Child } from 'hono/jsx';
import type { Exam } from './exam.ts';
import type { Words } from '../words/en.ts';

/** @returns what an element says of its language that holds an exam's own text: nothing where the page is in the same one */
export function langOf({ setup }: Pick<Exam, 'setup'>, { language }: Words): { lang?: string } {
  return setup.language === language ? {} : { lang: setup.language };
}

/** A text of the exam, as the university wrote it, within the page's own words. */
export function ExamText({ exam, words, children }: { exam: Pick<Exam, 'setup'>; words: Words; children: Child }) {
  return <span {...langOf(exam, words)}>{children}</span>;
}
