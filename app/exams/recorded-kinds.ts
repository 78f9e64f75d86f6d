import type { ExamSetup } from '../../hsm/exam-setup.ts';
import type { RecordedKinds } from '../wire.ts';

/** @returns what the exam records: the kinds whose necessity is stated */
export function kindsOf({ necessity, bounds }: Pick<ExamSetup, 'necessity' | 'bounds'>): RecordedKinds {
  const sources = (['camera', 'screen'] as const).filter((source) => necessity[source] !== undefined);
  return { sources, sound: necessity.microphone !== undefined, bounds };
}
