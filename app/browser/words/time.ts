import { time as de } from './de/time.ts';
import { time as en } from './en/time.ts';
import { spoken } from './language.ts';

export const words = spoken({ en, de });
