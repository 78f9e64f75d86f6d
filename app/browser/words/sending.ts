import { sending as de } from './de/sending.ts';
import { sending as en } from './en/sending.ts';
import { spoken } from './language.ts';

export const words = spoken({ en, de });
