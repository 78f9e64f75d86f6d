import type { Words } from '../en.ts';

export const shell: Words['shell'] = {
  skip: 'Zum Inhalt springen',
  place: 'Prüfung',
  theme: 'Zwischen hell und dunkel wechseln',
  language: 'Sprache dieser Seite',
  foot: 'Rechte',
  report: 'Unzulässige Nutzung melden',
  answers: 'Antworten auf Meldungen',
  charter: 'Charta',
  newTab: 'öffnet sich in einem neuen Tab',
};
