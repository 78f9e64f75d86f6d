import type { Words } from '../en.ts';
import { FORMATS } from '../formats.ts';

const { amount, all } = FORMATS.de;

const minutesOf = (minutes: number) => amount(minutes, 'Minute', 'Minuten');
const recorded = { camera: 'Kamera', microphone: 'Mikrofon', screen: 'Bildschirm' };
const without = { camera: 'Ihrer Kamera', microphone: 'Ihres Mikrofons', screen: 'Ihres Bildschirms' };

export const arrangement: Words['arrangement'] = {
  title: 'Abweichende Regelungen',
  heading: 'Eine andere Regelung beantragen',
  lead: 'Sie können beantragen, diese Prüfung anders abzulegen als andere: mit mehr Zeit oder Pausen, auf einem anderen Gerät, auf anderem Weg oder mit weniger Aufzeichnung.',
  noReason:
    'Sie müssen nicht sagen, warum. Niemand fragt Sie hier nach einer Diagnose, einem Attest oder einem anderen medizinischen Grund; bitte schreiben Sie auch keinen. Was Sie brauchen, genügt.',
  free: 'Der Antrag kostet nichts, und Ihnen entsteht daraus kein Nachteil. Wer Aufzeichnungen prüft, erfährt nicht, dass Sie etwas beantragt haben, was es war oder was Sie dazu geschrieben haben; nur, was nicht aufgezeichnet werden sollte, falls etwas weggefallen ist.',
  link: 'Eine andere Regelung beantragen',
  seeLink: 'Ihre Regelungen',
  back: 'Zurück zu Ihrer Prüfung',

  needs: 'Was brauchen Sie?',
  need: {
    'extra-time': { words: 'Mehr Zeit', means: 'Schreiben Sie unten, wie viele Minuten.' },
    breaks: { words: 'Pausen', means: 'in denen Sie Ihren Platz verlassen dürfen' },
    'another-device': { words: 'Ein anderes Gerät', means: 'oder einen Wechsel des Geräts während der Prüfung' },
    'another-mode': { words: 'Eine andere Form der Prüfung', means: 'zum Beispiel auf Papier oder mündlich' },
    'in-person': { words: 'Die Prüfung vor Ort', means: 'auf dem Campus, ohne dieses System' },
    'recording-left-out': { words: 'Weniger Aufzeichnung', means: 'Sagen Sie unten, was wegfallen soll.' },
  },
  minutes: 'Wie viele Minuten mehr?',
  minutesHint: (minutes) =>
    minutes === null
      ? 'Nur, wenn Sie mehr Zeit brauchen.'
      : `Nur, wenn Sie mehr Zeit brauchen. Für die Prüfung sind ${minutesOf(minutes)} vorgesehen.`,
  kinds: 'Welche Aufzeichnung soll wegfallen?',
  kind: { camera: 'Meine Kamera', microphone: 'Mein Mikrofon', screen: 'Mein Bildschirm' },
  words: 'Was uns bei der Antwort hilft (kann leer bleiben)',
  wordsHint: 'Das liest die Stelle, die antwortet, und sonst niemand. Bitte nennen Sie keinen medizinischen Grund.',
  send: 'Das beantragen',
  faults: {
    needs: 'Kreuzen Sie an, was Sie brauchen.',
    minutes: 'Schreiben Sie, wie viele Minuten mehr Sie brauchen: eine ganze Zahl von 1 bis 1440.',
    kinds: 'Kreuzen Sie an, welche Aufzeichnung wegfallen soll.',
    words: 'Dieser Text ist zu lang oder enthält unsichtbare Zeichen. Schreiben Sie höchstens 2000 Zeichen.',
  },
  notTaken: {
    'request-open':
      'Sie haben schon einen Antrag gestellt, der noch nicht beantwortet ist. Etwas anderes können Sie danach beantragen.',
    'requests-full':
      'Mehr Anträge sind hier für eine Prüfung nicht möglich. Bitte schreiben Sie an die Adresse auf Ihrer Prüfungsseite.',
  },
  answered: (days) => `Sie haben innerhalb von ${amount(days, 'Tag', 'Tagen')} eine Antwort und sehen sie hier.`,

  yours: 'Was Sie beantragt haben',
  asked: (at) => <>Beantragt am {at}.</>,
  open: 'Noch nicht beantwortet',
  due: (at) => <>Sie haben eine Antwort bis zum {at}. Die Stelle, die antwortet, sieht dieselbe Frist.</>,
  late: 'Die Antwort ist überfällig',
  lateText: (at, contact) => (
    <>
      Sie hätten bis zum {at} eine Antwort haben sollen. Das liegt nicht an Ihnen. Die zuständige Stelle sieht, dass sie
      spät ist; Sie können auch an den Datenschutz schreiben: {contact}.
    </>
  ),
  soon: (contact) => (
    <>
      Ihre Prüfung beginnt vor diesem Tag. Bitte schreiben Sie zusätzlich an {contact}, damit Sie rechtzeitig eine
      Antwort haben.
    </>
  ),
  granted: 'Gewährt',
  refused: 'Abgelehnt',
  answeredOn: (at) => <>Beantwortet am {at}.</>,
  why: 'Zwei Personen haben diese Antwort unterschrieben. Ihre Begründung:',
  complain: (contact) => (
    <>
      Sie sind nicht einverstanden? Schreiben Sie an {contact}, oder stellen Sie einen neuen Antrag mit dem, was sich
      geändert hat.
    </>
  ),
  asking: (minutes, kinds) =>
    [
      ...(minutes === null ? [] : [`${minutesOf(minutes)} mehr`]),
      ...(kinds.length === 0 ? [] : [`ohne Aufzeichnung ${all(kinds.map((kind) => without[kind]))}`]),
    ].join(', '),
  yourWords: 'Was Sie dazu geschrieben haben:',
  remove: 'Meinen Text löschen',
  removeHint: 'Was Sie beantragt haben, bleibt; Ihr eigener Text wird hier endgültig gelöscht.',
  again: 'Etwas anderes beantragen',
  oneAtATime: 'Etwas anderes können Sie beantragen, sobald dieser Antrag beantwortet ist.',

  holds: 'Ihre Regelung',
  holdsText:
    'Das gilt für Sie in dieser Prüfung. Wer Ihre Aufzeichnung prüft, erfährt höchstens, was nicht aufgezeichnet werden sollte.',
  terms: {
    extra: (minutes) => `Sie haben ${minutesOf(minutes)} mehr Zeit als andere.`,
    breaks: (minutes) =>
      `Dazu haben Sie ${minutesOf(minutes)} für Pausen. Sie machen sie auf der Seite der Aufzeichnung, wann Sie möchten; dann wird nichts aufgezeichnet. In den Pausen dürfen Sie Ihren Platz verlassen; das wird nicht vermerkt.`,
    time: (minutes) => `Für die Prüfung haben Sie insgesamt ${minutesOf(minutes)}.`,
    until: (at) => <>Die Prüfung schließt für Sie am {at}.</>,
    leftOut: (kinds) =>
      `Nicht aufgezeichnet ${kinds.length === 1 ? 'wird' : 'werden'}: ${all(kinds.map((kind) => recorded[kind]))}.`,
    device: 'Sie dürfen jederzeit in einem anderen Browser oder auf einem anderen Gerät weitermachen.',
    elsewhere: 'Sie legen diese Prüfung nicht auf dieser Seite ab:',
  },
};
