import { place as de } from './de/place.ts';
import { place as en } from './en/place.ts';
import { spoken } from './language.ts';

export const words = spoken({ en, de });
