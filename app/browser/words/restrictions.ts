import { restrictions as de } from './de/restrictions.ts';
import { restrictions as en } from './en/restrictions.ts';
import { spoken } from './language.ts';

export const words = spoken({ en, de });
