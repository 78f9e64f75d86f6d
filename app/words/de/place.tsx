import type { Words } from '../en.ts';

export const place: Words['place'] = {
  heading: 'Wo die Prüfung stattfindet',
  asksPassword:
    'Die Prüfung liegt auf einer eigenen Seite, die nach einem Passwort fragt. Sie sehen es auf der Seite der Aufzeichnung, sobald aufgezeichnet wird und solange aufgezeichnet wird.',
  password: 'Passwort für die Seite der Prüfung',
  passwordFollows: 'Es erscheint hier von selbst, sobald die ersten Sekunden Ihrer Aufzeichnung angekommen sind.',

  onPage:
    'Die Prüfung steht auf der Seite der Aufzeichnung: Ihre Unterlagen sehen Sie dort, sobald aufgezeichnet wird, bis Sie die Prüfung beenden.',
  documents: 'Die Prüfung',
  documentFollows: 'Diese Unterlage wird geladen.',
  openDocument: 'In einem eigenen Tab öffnen',
  leave: 'Lassen Sie dieses Fenster offen: Die Prüfung steht auf dieser Seite.',
  finishText:
    'Die Aufzeichnung wird angehalten und versiegelt, und die Unterlagen der Prüfung werden weggeräumt. Danach können Sie nicht noch einmal beginnen.',
};
