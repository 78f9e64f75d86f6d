import type { Words } from '../en.ts';

export const practice: Words['practice'] = {
  title: (exam) => `Probelauf: ${exam}`,
  heading: (exam) => <>Probelauf: {exam}</>,
  mark: 'Probelauf, nicht Ihre Prüfung',
  about: (institution) =>
    `Alles läuft ab wie in Ihrer Prüfung (${institution}), aber was gesendet wird, wird beim Ankommen verworfen. Niemand kann es ansehen, und nichts davon wird aufbewahrt.`,
  start: 'Probelauf starten',
  recorded: 'Geübt',
  open: 'Beispielprüfung öffnen',
  finish: 'Probelauf beenden',
  finishHeading: 'Probelauf beenden?',
  finishText:
    'Sie können so oft üben, wie Sie möchten. In Ihrer Prüfung lässt sich dieser Schritt nicht zurücknehmen: Dort geben Sie vorher Ihre Antworten im Fenster der Prüfung ab.',
  finishConfirm: 'Probelauf beenden',
  finishCancel: 'Weiter üben',
  sealing: 'Der Probelauf endet',
  sealingText:
    'Der Rest wird gesendet und verworfen. In Ihrer Prüfung würde Ihre Aufzeichnung jetzt versiegelt, und Sie bekämen eine Quittung.',
  done: 'Das war ein Probelauf. Es wurde nichts aufbewahrt.',
  opening: 'Die letzte halbe Minute wird geöffnet.',
  camera: (sound) => `Ihre Kamera${sound ? ', mit Ton' : ''}`,
  screen: (sound) => `Ihr Bildschirm${sound ? ', mit Ton' : ''}`,
  alone:
    'Sie ist nur in dieser Seite und verschwindet mit ihr. Unterwegs war sie verschlüsselt, wie in Ihrer Prüfung; auch der einzige Schlüssel dazu ist nur in dieser Seite.',
  forget: 'Jetzt vergessen',
  forgotten: 'Vergessen. Es gibt nirgends eine Kopie davon.',
  exam: 'Zu Ihrer Prüfung',
  again: 'Noch einmal üben',
};
