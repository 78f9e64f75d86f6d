import { pause as de } from './de/break.ts';
import { pause as en } from './en/break.ts';
import { spoken } from './language.ts';

export const words = spoken({ en, de });
