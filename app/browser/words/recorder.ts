import { recorder as de } from './de/recorder.ts';
import { recorder as en } from './en/recorder.ts';
import { spoken } from './language.ts';

export const words = spoken({ en, de });
