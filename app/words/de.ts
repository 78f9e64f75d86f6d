import { aids } from './de/aids.ts';
import { arrangement } from './de/arrangement.tsx';
import { attempt } from './de/attempt.tsx';
import { breaks } from './de/breaks.tsx';
import { charter } from './de/charter.tsx';
import { conduct } from './de/conduct.tsx';
import { demonstration } from './de/demonstration.ts';
import { errors } from './de/errors.ts';
import { place } from './de/place.tsx';
import { practice } from './de/practice.tsx';
import { recorder } from './de/recorder.tsx';
import { check } from './de/check.tsx';
import { invitation } from './de/invitation.ts';
import { notice } from './de/notice.tsx';
import { restrictions } from './de/restrictions.ts';
import { shell } from './de/shell.ts';
import { suggestion } from './de/suggestion.ts';
import { terms } from './de/terms.tsx';
import { welcome } from './de/welcome.tsx';
import type { Words } from './en.ts';

/** The same in German. */
export const de: Words = {
  language: 'de',
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
