import type { Words } from '../en.ts';
import { FORMATS } from '../formats.ts';

export const terms: Words['terms'] = {
  heading: 'Zeiten',
  opens: 'Öffnet',
  lastEntry: 'Beginn bis',
  time: 'Ihre Zeit',
  fromStart: (number) => `${FORMATS.de.amount(number, 'Minute', 'Minuten')} ab Ihrem Beginn`,
  untilClosing: 'ab Ihrem Beginn, bis die Prüfung schließt',
  closes: 'Schließt',

  early: {
    opens: (at) => <>Diese Prüfung öffnet am {at}.</>,
    left: 'Öffnet in',
    meanwhile:
      'Bis dahin müssen Sie nichts tun. Lassen Sie diese Seite offen: Wenn die Prüfung öffnet, geht es hier von selbst weiter; es gilt die Uhr der Hochschule. Bis dahin können Sie Ihr Gerät testen und einen Probelauf machen.',
    look: 'Nachsehen, ob sie offen ist',
  },

  late: {
    status: 'Die Zeit für den Beginn ist vorbei',
    text: (until) => (
      <>
        Diese Prüfung konnte bis zum {until} begonnen werden; mit Ihrem Link wurde sie bis dahin nicht begonnen. Von
        Ihnen wurde nichts aufgezeichnet, und niemand unterstellt Ihnen einen Grund.
      </>
    ),
    write: (contact) => (
      <>
        Wenn Sie nicht beginnen konnten, schreiben Sie an {contact}: Dort erfahren Sie, was jetzt noch möglich ist. Sie
        müssen nicht sagen, warum Sie nicht beginnen konnten.
      </>
    ),
  },

  remaining: 'Verbleibende Zeit',
  over: 'Ihre Zeit ist abgelaufen.',
  overText:
    'Wenn Sie Ihre Antworten noch nicht abgegeben haben, tun Sie das zuerst, und wählen Sie dann „Prüfung beenden“. Nehmen Sie sich die Zeit, die Sie dafür brauchen: Die Aufzeichnung läuft weiter, bis Sie beenden, und nichts wird abgeschnitten.',
};
