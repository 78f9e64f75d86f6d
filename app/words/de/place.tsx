import type { Words } from '../en.ts';

export const place: Words['place'] = {
  heading: 'Wo die Prüfung stattfindet',
  asksPassword:
    'Die Prüfung liegt auf einer eigenen Seite, die nach einem Passwort fragt. Sie sehen es auf der Seite der Aufzeichnung, sobald aufgezeichnet wird und solange aufgezeichnet wird.',
  password: 'Passwort für die Seite der Prüfung',
  passwordFollows: 'Es erscheint hier von selbst, sobald die ersten Sekunden Ihrer Aufzeichnung angekommen sind.',

  onPage:
    'Die Prüfung steht auf der Seite der Aufzeichnung: Ihre Unterlagen sehen Sie dort, sobald aufgezeichnet wird, bis Sie die Prüfung beenden. Dort geben Sie auch Ihre Antworten als Dateien ab.',
  documents: 'Die Prüfung',
  documentFollows: 'Diese Unterlage wird geladen.',
  openDocument: 'In einem eigenen Tab öffnen',
  leave: 'Lassen Sie dieses Fenster offen: Die Prüfung steht auf dieser Seite.',
  finishText:
    'Die Aufzeichnung wird angehalten und versiegelt, und die Unterlagen der Prüfung werden weggeräumt. Danach können Sie nicht noch einmal beginnen und nichts mehr abgeben.',

  handIn: {
    heading: 'Antworten abgeben',
    until: (until) => <>Sie können bis {until} Dateien abgeben, solange Sie die Prüfung nicht beendet haben.</>,
    how: 'Dateien jeder Art, jede höchstens 20 MB groß. Sie können eine Datei noch einmal abgeben: Von denen mit gleichem Namen zählt die letzte.',
    files: 'Dateien zum Abgeben',
    nothing: 'Sie haben noch nichts abgegeben.',
    handed: 'Was Sie abgegeben haben',
    inOrder: 'In der Reihenfolge, in der sie angekommen sind',
    name: 'Name',
    size: 'Größe',
    at: 'Abgegeben',
    digest: 'SHA-256',
    replaced: 'es zählt eine spätere',
    save: 'Liste mit Prüfsummen speichern',
    proves:
      'Eine Prüfsumme bezeichnet genau die Datei, die angekommen ist: Wer einen Buchstaben darin ändert, erhält eine andere.',
  },
};
