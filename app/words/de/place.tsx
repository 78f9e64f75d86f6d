import type { Words } from '../en.ts';

export const place: Words['place'] = {
  heading: 'Wo die Prüfung stattfindet',
  asksPassword:
    'Die Prüfung liegt auf einer eigenen Seite, die nach einem Passwort fragt. Sie sehen es auf der Seite der Aufzeichnung, sobald aufgezeichnet wird und solange aufgezeichnet wird.',
  password: 'Passwort für die Seite der Prüfung',
  passwordFollows: 'Es erscheint hier von selbst, sobald die ersten Sekunden Ihrer Aufzeichnung angekommen sind.',
};
