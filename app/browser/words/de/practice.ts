import type { practice as english } from '../en/practice.ts';

export const practice: typeof english = {
  tooShort: 'Der Probelauf war zu kurz: Es gibt nichts anzusehen. Machen Sie ihn ein paar Sekunden länger.',
  seen: 'Das hätte man bei einer Durchsicht von Ihrer letzten halben Minute gesehen.',
  notShown: (name) =>
    `Das Ende Ihres Probelaufs ließ sich nicht zeigen (${name}). Das Aufzeichnen selbst hat funktioniert.`,
  fault: (detail) =>
    `Der Probelauf ist wegen eines Fehlers in dieser Seite stehen geblieben (${detail}). Es wurde nichts aufbewahrt. Laden Sie die Seite neu, um noch einmal zu üben.`,
  noRoom:
    'Probelauf: Es wartet so viel aufs Senden, dass nichts mehr dazukommt. In Ihrer Prüfung ist dafür viel mehr Platz.',
  offline: (waiting) =>
    `Probelauf: Ihre Verbindung ist unterbrochen, ${waiting} warten. In Ihrer Prüfung würden sie aufbewahrt und später gesendet; nichts ginge verloren.`,
  busy: (waiting) =>
    `Probelauf: Der Prüfungsserver ist ausgelastet, ${waiting} warten. In Ihrer Prüfung würden sie aufbewahrt und später gesendet.`,
  late: (waiting) => `Probelauf: ${waiting} warten aufs Senden. In Ihrer Prüfung ginge davon nichts verloren.`,
  begun: 'Der Probelauf hat begonnen. Gesendet ist noch nichts.',
  sent: (time) => `Probelauf: Alles bis ${time} Uhr wurde gesendet und verworfen.`,
};
