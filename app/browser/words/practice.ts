import { practice as de } from './de/practice.ts';
import { practice as en } from './en/practice.ts';
import { spoken } from './language.ts';

export const words = spoken({ en, de });
