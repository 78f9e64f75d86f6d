import type { ExamSetup } from '../../hsm/exam-setup.ts';

type Language = ExamSetup['language'];

const clockOf = (locale: string) =>
  new Intl.DateTimeFormat(locale, {
    ...{ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
  });

/** The sentences of an invitation, which a test taker reads on paper. Moments are in the appliance's own zone, which is named. */
export const INVITATION_WORDS = {
  en: {
    clock: clockOf('en-GB'),
    invitation: 'Invitation to an exam that is recorded',
    code: 'Your code',
    link: 'Your personal link',
    linkUse:
      'Open it on the computer on which you sit the exam. It is yours alone: whoever has it can open the exam as you, so give it to nobody. If you get a newer invitation, only its link works.',
    when: 'When',
    opens: (moment: string) => `You can begin from ${moment}.`,
    lastEntry: (minutes: number) => `Begin at most ${minutes} minutes later.`,
    minutes: (minutes: number) => `You have ${minutes} minutes from the moment you begin.`,
    closes: (moment: string) => `The exam closes on ${moment}.`,
    check: 'Before the exam day',
    checkUse: 'Check whether your device will do. Nothing is recorded there:',
    compare: 'Compare before you begin',
    compareUse:
      'The exam’s first page shows this fingerprint of the appliance’s key. If yours differs, do not begin; write to the contact below.',
    ask: 'Whom to ask',
    askUse: (days: number) =>
      `Write to them as well if you would rather not be recorded, or need more time or anything else: you have an answer within ${days === 1 ? 'a day' : `${days} days`}. Asking costs nothing and is never held against you.`,
    complain: 'To complain',
    costs: 'Neither being recorded nor sitting the exam another way costs you anything.',
  },
  de: {
    clock: clockOf('de-DE'),
    invitation: 'Einladung zu einer Prüfung mit Aufzeichnung',
    code: 'Ihre Kennung',
    link: 'Ihr persönlicher Link',
    linkUse:
      'Öffnen Sie ihn auf dem Computer, an dem Sie die Prüfung ablegen. Er gehört nur Ihnen: Wer ihn hat, kann die Prüfung an Ihrer Stelle öffnen. Geben Sie ihn deshalb niemandem. Wenn Sie eine neuere Einladung bekommen, gilt nur noch deren Link.',
    when: 'Wann',
    opens: (moment: string) => `Sie können ab ${moment} beginnen.`,
    lastEntry: (minutes: number) => `Beginnen Sie höchstens ${minutes} Minuten später.`,
    minutes: (minutes: number) => `Ab Ihrem Beginn haben Sie ${minutes} Minuten Zeit.`,
    closes: (moment: string) => `Die Prüfung schließt am ${moment}.`,
    check: 'Vor dem Prüfungstag',
    checkUse: 'Prüfen Sie, ob Ihr Gerät geeignet ist. Dabei wird nichts aufgezeichnet:',
    compare: 'Vergleichen Sie, bevor Sie beginnen',
    compareUse:
      'Die erste Seite der Prüfung zeigt diesen Fingerabdruck des Schlüssels der Anlage. Weicht er ab, beginnen Sie nicht und schreiben Sie an die Stelle unten.',
    ask: 'Wen Sie fragen können',
    askUse: (days: number) =>
      `Schreiben Sie auch dorthin, wenn Sie lieber nicht aufgezeichnet werden möchten oder mehr Zeit oder etwas anderes brauchen. Sie bekommen innerhalb von ${days === 1 ? 'einem Tag' : `${days} Tagen`} eine Antwort. Die Anfrage kostet nichts und wird Ihnen nie nachteilig ausgelegt.`,
    complain: 'Für Beschwerden',
    costs: 'Weder die Aufzeichnung noch eine andere Form der Prüfung kostet Sie etwas.',
  },
} as const satisfies Record<Language, object>;

/** @returns when the exam is, in sentences */
export function wordWindow(setup: ExamSetup, closesAt: string): string[] {
  const words = INVITATION_WORDS[setup.language];
  const at = (moment: string) => words.clock.format(new Date(moment));
  return [
    ...(setup.opensAt === null ? [] : [words.opens(at(setup.opensAt))]),
    ...(setup.opensAt === null || setup.lastEntryMinutes === null ? [] : [words.lastEntry(setup.lastEntryMinutes)]),
    ...(setup.minutes === null ? [] : [words.minutes(setup.minutes)]),
    words.closes(at(closesAt)),
  ];
}
