import { aids } from './en/aids.ts';
import { arrangement } from './en/arrangement.tsx';
import { attempt } from './en/attempt.tsx';
import { breaks } from './en/breaks.tsx';
import { charter } from './en/charter.tsx';
import { conduct } from './en/conduct.tsx';
import { demonstration } from './en/demonstration.ts';
import { errors } from './en/errors.ts';
import { place } from './en/place.tsx';
import { practice } from './en/practice.tsx';
import { recorder } from './en/recorder.tsx';
import { check } from './en/check.tsx';
import { invitation } from './en/invitation.ts';
import { notice } from './en/notice.tsx';
import { restrictions } from './en/restrictions.ts';
import { shell } from './en/shell.ts';
import { suggestion } from './en/suggestion.ts';
import { terms } from './en/terms.tsx';
import { welcome } from './en/welcome.tsx';
import type { Language } from './languages.ts';

/** Everything that a test taker's pages say, in English. Its shape is every other language's: none can lack a message. */
export const en = {
  language: 'en' as Language,
  shell,
  errors,
  welcome,
  demonstration,
  invitation,
  notice,
  arrangement,
  attempt,
  breaks,
  recorder,
  practice,
  place,
  restrictions,
  aids,
  check,
  terms,
  conduct,
  charter,
  suggestion,
};

export type Words = typeof en;
