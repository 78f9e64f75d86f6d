import { check as de } from './de/check.ts';
import { check as en } from './en/check.ts';
import { spoken } from './language.ts';

export const words = spoken({ en, de });
