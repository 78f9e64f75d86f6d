import { aids as de } from './de/aids.ts';
import { aids as en } from './en/aids.ts';
import { spoken } from './language.ts';

export const words = spoken({ en, de });
