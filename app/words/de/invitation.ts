import type { Words } from '../en.ts';

export const invitation: Words['invitation'] = {
  invitation: 'Einladung zu einer Prüfung mit Aufzeichnung',
  code: 'Ihre Kennung',
  link: 'Ihr persönlicher Link',
  linkUse:
    'Öffnen Sie ihn auf dem Computer, an dem Sie die Prüfung ablegen. Er gehört nur Ihnen: Wer ihn hat, kann die Prüfung an Ihrer Stelle öffnen. Geben Sie ihn deshalb niemandem. Wenn Sie eine neuere Einladung bekommen, gilt nur noch deren Link.',
  when: 'Wann',
  opens: (moment) => `Sie können ab ${moment} beginnen.`,
  lastEntry: (minutes) => `Beginnen Sie höchstens ${minutes} Minuten später.`,
  minutes: (minutes) => `Ab Ihrem Beginn haben Sie ${minutes} Minuten Zeit.`,
  closes: (moment) => `Die Prüfung schließt am ${moment}.`,
  check: 'Vor dem Prüfungstag',
  checkUse: 'Prüfen Sie, ob Ihr Gerät geeignet ist. Dabei wird nichts aufgezeichnet:',
  compare: 'Vergleichen Sie, bevor Sie beginnen',
  compareUse:
    'Die erste Seite der Prüfung zeigt diesen Fingerabdruck des Schlüssels der Anlage. Weicht er ab, beginnen Sie nicht und schreiben Sie an die Stelle unten.',
  ask: 'Wen Sie fragen können',
  askUse: (days) =>
    `Schreiben Sie auch dorthin, wenn Sie lieber nicht aufgezeichnet werden möchten oder mehr Zeit oder etwas anderes brauchen. Sie bekommen innerhalb von ${days === 1 ? 'einem Tag' : `${days} Tagen`} eine Antwort. Die Anfrage kostet nichts und wird Ihnen nie nachteilig ausgelegt.`,
  complain: 'Für Beschwerden',
  costs: 'Weder die Aufzeichnung noch eine andere Form der Prüfung kostet Sie etwas.',
  mail: {
    subject: (title) => `Einladung: ${title}`,
    greeting: (name) => `Guten Tag ${name},`,
    lead: (title, office) => `Sie sind zu „${title}“ angemeldet, einer Prüfung mit Aufzeichnung (${office}).`,
    recorded: (kinds, several) =>
      `Während der Prüfung ${several ? 'werden' : 'wird'} ${kinds} aufgezeichnet, ${several ? 'aus den Gründen' : 'aus dem Grund'} unten; wer die Aufzeichnung ansehen darf und wie lange sie aufbewahrt wird, steht in den Hinweisen, die Ihr persönlicher Link öffnet, bevor etwas beginnt.`,
    kinds: {
      camera: 'das Bild Ihrer Kamera',
      microphone: 'der Ton Ihres Mikrofons',
      screen: 'der Inhalt Ihres Bildschirms',
    },
    why: { camera: 'Kamera', microphone: 'Mikrofon', screen: 'Bildschirm' },
    recordedHeading: 'Was aufgezeichnet wird und warum',
    sent: (institution) => `Diese Nachricht hat die Prüfungsanlage (${institution}) nur an Sie geschickt.`,
  },
};
