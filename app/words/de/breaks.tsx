import type { Words } from '../en.ts';
import { FORMATS } from '../formats.ts';

export const breaks: Words['breaks'] = {
  term: 'Pausen',
  everybody: ({ minutes, addedToTime }) =>
    `Insgesamt ${FORMATS.de.amount(minutes, 'Minute', 'Minuten')}, wann und in wie vielen Teilen Sie möchten: Wählen Sie auf der Seite der Aufzeichnung „Pause machen“. In einer Pause wird nichts aufgezeichnet, und Sie dürfen Ihren Platz verlassen. ${
      addedToTime
        ? 'Um diese Zeit ist Ihre Zeit oben schon länger, auch wenn Sie keine Pause machen.'
        : 'Pausen gehören zu Ihrer Zeit: Die Uhr läuft weiter.'
    }`,
  take: 'Pause machen',
  heading: 'Sie haben Pause',
  text: 'Jetzt wird nichts aufgezeichnet. Alles, was Sie aufgezeichnet hat, ist ausgeschaltet; was vorher aufgezeichnet wurde, wird noch fertig gesendet.',
  left: 'So viel Pause haben Sie noch',
  over: 'Ihre Pausenzeit ist abgelaufen.',
  overText:
    'Nichts geht von selbst weiter, und Ihnen entsteht daraus kein Nachteil: Machen Sie weiter, wenn Sie so weit sind. In der Aufzeichnung stehen eine Pause und der Zeitpunkt, von dem an ihre Zeit abgelaufen war.',
  goOn: 'Weiter',
  goOnHint:
    'Damit wird alles wieder eingeschaltet, was diese Prüfung aufzeichnet, wie am Anfang. Ihr Browser fragt Sie vielleicht noch einmal, was er verwenden und freigeben darf.',
  close:
    'Sie dürfen diese Seite schließen oder den Computer ausschalten. Die Pause zählt weiter; Ihr persönlicher Link führt in diesem Browser wieder hierher.',
};
