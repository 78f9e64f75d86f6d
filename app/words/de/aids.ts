import type { Words } from '../en.ts';

const screenSeen =
  'Ihr Bildschirm wird aufgezeichnet. Wer die Aufzeichnung ansieht, sieht deshalb, was darauf zu sehen war, auch Ihre Notizen.';

export const aids: Words['aids'] = {
  told: {
    calculator: () =>
      'Auf dieser Seite haben Sie einen Taschenrechner mit Grundrechenarten und wissenschaftlichen Funktionen. Was Sie rechnen, wird niemandem gesendet.',
    'scratch-pad': (screen) =>
      `Auf dieser Seite haben Sie einen Notizzettel. Ihre Notizen bleiben in Ihrem Browser: Sie werden nicht gesendet, gehören nicht zu Ihren Antworten, und niemand kann sie verlangen. Ein Neuladen oder einen Absturz dieses Browsers überstehen sie; in einem anderen Browser sind sie nicht da. Sie werden gelöscht, wenn Sie die Prüfung beenden; endet die Prüfung, ohne dass Sie sie beenden, sobald Sie Ihre Seite das nächste Mal in diesem Browser öffnen. ${screen ? screenSeen : ''}`.trim(),
  },
  heading: 'Taschenrechner und Notizen',
  notesLeft:
    'Ihre Notizen werden gelöscht, wenn Sie die Prüfung beenden, und niemand erhält sie. Was Sie davon noch brauchen, muss vorher in Ihren Antworten stehen.',
  calculator: {
    heading: 'Taschenrechner',
    expression: 'Rechnung',
    how: 'Schreiben Sie sie oder benutzen Sie die Tasten; die Eingabetaste rechnet. Dezimalzahlen haben ein Komma: 1,5',
    result: 'Ergebnis',
    angles: 'Winkel in',
    degrees: 'Grad',
    radians: 'Bogenmaß',
    keys: 'Tasten',
    history: 'Letzte Ergebnisse',
    historyHow: 'Wählen Sie ein Ergebnis, um damit weiterzurechnen. Wird diese Seite geschlossen, sind sie weg.',
    key: {
      sin: 'Sinus',
      cos: 'Kosinus',
      tan: 'Tangens',
      asin: 'Arkussinus',
      acos: 'Arkuskosinus',
      atan: 'Arkustangens',
      ln: 'Natürlicher Logarithmus',
      log: 'Logarithmus zur Basis 10',
      pi: 'Pi',
      e: 'Eulersche Zahl',
      root: 'Quadratwurzel',
      square: 'Hoch zwei',
      power: 'Hoch',
      factorial: 'Fakultät',
      percent: 'Prozent',
      open: 'Klammer auf',
      close: 'Klammer zu',
      times: 'Mal',
      over: 'Geteilt durch',
      plus: 'Plus',
      minus: 'Minus',
      decimal: 'Komma',
      tens: 'Mal zehn hoch',
      last: 'Letztes Ergebnis',
      back: 'Letztes Zeichen löschen',
      clear: 'Rechnung löschen',
      equals: 'Ausrechnen',
    },
  },
  pad: {
    heading: 'Notizzettel',
    label: 'Notizen',
    stays:
      'Ihre Notizen bleiben in diesem Browser und werden gelöscht, wenn Sie die Prüfung beenden. Sie werden nicht gesendet und gehören nicht zu Ihren Antworten.',
    screenSeen:
      'Ihr Bildschirm wird aufgezeichnet: Solange Ihre Notizen darauf zu sehen sind, zeigt sie die Aufzeichnung.',
  },
};
