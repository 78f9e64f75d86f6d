import type { Words } from '../en.ts';
import { FORMATS } from '../formats.ts';

const { amount } = FORMATS.de;

export const attempt: Words['attempt'] = {
  running: {
    late: 'Die Frist zum Senden Ihrer Aufzeichnung ist vorbei',
    open: 'Ihre Prüfung läuft und ist noch nicht beendet',
    lateText: (started, until) => (
      <>
        Ihre Prüfung begann am {started}, und ihre Aufzeichnung konnte bis {until} gesendet werden. Bis dahin ist Ihr
        Browser damit nicht fertig geworden. Was angekommen ist, ist gespeichert, und der Prüfungsserver schließt die
        Aufzeichnung in ein bis zwei Tagen von selbst ab. Sie müssen nichts tun, und Ihnen entsteht daraus kein
        Nachteil.
      </>
    ),
    openText: (started, until) => (
      <>
        Die Prüfung begann am {started}. Die Aufzeichnung muss in einem Fenster eines Browsers geöffnet bleiben. Falls
        Sie es geschlossen haben, öffnen Sie es wieder: Was aufgezeichnet wurde, ist gespeichert, und aus der Pause
        entsteht Ihnen kein Nachteil. Was noch in Ihrem Browser liegt, kann bis {until} gesendet werden.
      </>
    ),
    back: 'Zurück zur Aufzeichnung',
    help: (contact) => <>Etwas funktioniert nicht? Schreiben Sie an {contact}.</>,
  },

  finished: 'Beendet',
  started: 'Begonnen',
  receipt: 'Ihre Quittung',
  sealRefused:
    'Ihre Aufzeichnung ist vollständig und gespeichert, aber die Schlüsselverwahrung konnte das Siegel Ihres Browsers nicht eintragen. Der Prüfungsserver schließt Ihre Prüfung nach der Frist zum Senden von selbst ab, und dann finden Sie hier Ihre Quittung. Sie müssen nichts tun, und Ihnen entsteht daraus kein Nachteil.',
  sealWaits:
    'Ihre Aufzeichnung ist vollständig, und ihr Siegel ist gespeichert. Die Quittung entsteht von selbst, sobald die Schlüsselverwahrung antwortet, und liegt dann hier. Sie müssen nichts tun; Sie können diese Seite schließen und Ihren persönlichen Link später wieder öffnen.',

  browsers: {
    heading: 'Wo Sie die Prüfung abgelegt haben',
    resumed: (at) => <>{at}: Ihre Prüfung ging in einem anderen Browser weiter</>,
    notYou: (contact) => (
      <>
        Aus dem Wechsel in einen anderen Browser entsteht Ihnen kein Nachteil. Wenn Sie das nicht waren, schreiben Sie
        an {contact}.
      </>
    ),
  },

  ended: {
    sealed: 'Beendet und versiegelt',
    closed: 'Beendet und vom Prüfungsserver abgeschlossen',
    unsealed: 'Beendet, ohne Siegel Ihres Browsers',
    closedText: (finished) => (
      <>
        Ihr Browser hat die Aufzeichnung am {finished} beendet, aber die Schlüsselverwahrung konnte ihr Siegel nicht
        eintragen. Deshalb hat der Prüfungsserver die Prüfung abgeschlossen; was Ihr Browser gesendet hat, ist
        gespeichert. Ihnen entsteht daraus kein Nachteil.
      </>
    ),
    unsealedText:
      'Ihr Browser ist in der Zeit, die es zum Senden gab, nicht fertig geworden; deshalb hat der Prüfungsserver die Aufzeichnung abgeschlossen. Was bis dahin angekommen war, ist gespeichert. Ihnen entsteht daraus kein Nachteil.',
    closedAt: 'Vom Prüfungsserver abgeschlossen',
    sealedAt: 'Versiegelt',
    kept: 'Aufbewahrt',
    keptUntil: (day) => <>bis zum {day}; dann wird der Schlüssel vernichtet</>,
    entry: 'Eintrag im Protokoll',
    number: (index) => `Nr. ${index}`,
    closedReceipt:
      'Bitte bewahren Sie sie auf. Sie beweist, wann Ihre Prüfung abgeschlossen wurde und wie viele Abschnitte jeder Aufzeichnung bis dahin angekommen waren.',
    sealedReceipt:
      'Bitte bewahren Sie sie auf. Sie beweist, was wann versiegelt wurde: Sollte danach jemand ein Stück herausnehmen, eines verändern oder bestreiten, dass Sie fertig waren, würde die Quittung es zeigen, auch ohne unsere Hilfe.',
    save: 'Quittung speichern',
    holds: 'Was in der Quittung steht',
    head: 'Der unterschriebene Stand des Protokolls, zu dem ihr Eintrag gehört:',
    object: (contact) => (
      <>
        Sie meinen, dass jemand ohne guten Grund etwas angesehen hat, oder Sie sind mit einer Entscheidung nicht
        einverstanden? Schreiben Sie an {contact}.
      </>
    ),
  },

  accesses: {
    heading: 'Wer etwas angesehen hat',
    away: 'Das lässt sich gerade nicht zeigen, weil die Schlüsselverwahrung, die diese Einträge führt, nicht antwortet. In dieser Zeit kann niemand neu die Erlaubnis zum Ansehen bekommen, und kein Eintrag geht verloren. Öffnen Sie diese Seite in einigen Minuten noch einmal.',
    nobody: 'Niemand hat diese Aufzeichnung angesehen.',
    written: 'Sobald jemand etwas ansehen darf oder angesehen hat, steht es hier.',
    watched: 'Angesehen: was wirklich gezeigt wurde, wie es das Abspielprogramm gemeldet hat',
    who: 'Wer',
    when: 'Wann',
    minutes: 'Minuten der Aufzeichnung',
    purpose: 'Wofür',
    whoAllowed: 'Wer etwas ansehen durfte',
    allowedText:
      'Ansehen zu dürfen heißt nicht, dass jemand etwas angesehen hat. Ein Schlüssel öffnet die genannten Minuten, höchstens eine Stunde lang und nur im Browser dieser Person. Wer mehr sehen will, als die Regeln der Prüfung zeigen, muss sagen, warum, und Sie lesen es hier.',
    allowed: 'Erlaubnis zum Ansehen: wer dafür unterschrieben hat und welche Schlüssel herausgegeben wurden',
    extent: 'Was erlaubt war',
    keys: (stretches) => `Schlüssel zu ${stretches}`,
    notedHeading: 'Was Ihr Browser vermerkt hat',
    notedText:
      'Diese Vermerke hat Ihr Browser beim Aufzeichnen unterschrieben. Sie sagen, welche Stellen man ansehen kann, und sonst nichts.',
    noted: 'Während der Prüfung vermerkt',
    what: 'Was',
    entered: 'Wann es eingetragen wurde',
    turnedDownHeading: 'Was abgelehnt wurde',
    turnedDown: 'Davon bekam niemand etwas zu sehen',
    why: 'Warum',
    decisions: 'Entscheidungen',
    undecided: 'Über diese Prüfung ist nichts entschieden worden.',
    reason: 'Begründung:',
    program: 'Ein Programm, mit Dauererlaubnis',
    stranger: 'Jemand, der nicht angemeldet war',
    stillOpen: '(noch offen)',
    segmentRefused:
      'Ein Stück der Aufzeichnung war nicht so, wie Sie es gesendet haben, und das Abspielprogramm hat es abgelehnt.',
    notAllowed: 'Die Regeln dieser Prüfung lassen es nicht zu.',
    refusals: {
      'representative-inactive': 'Die Zulassung dieser Person galt nicht.',
      'unit-suspended': 'Die Einrichtung war ausgesetzt.',
      'exam-suspended': 'Die Prüfung war ausgesetzt.',
      'role-missing': 'Diese Person hatte keine Rolle, die das erlaubt.',
      'out-of-scope': 'Diese Person war für eine andere Einrichtung zuständig.',
      'own-case': 'Es ging um diese Person selbst.',
      'not-assigned': 'Diese Person war der Prüfung nicht zugeteilt.',
      'purpose-not-allowed': 'Zu diesem Zweck erlauben die Regeln dieser Prüfung das Ansehen nicht.',
      'act-not-yours': 'Jemand anderes hatte das beantragt.',
      'signed-already': 'Diese Person hatte schon unterschrieben; es brauchte eine zweite.',
      'act-altered': 'Was die anderen unterschrieben hatten, stand dort nicht mehr.',
      'challenge-differs': 'Unterschrieben wurde etwas anderes als der Antrag.',
      'origin-differs': 'Unterschrieben wurde auf einer fremden Seite.',
      'grant-ended': 'Die Erlaubnis war abgelaufen.',
      'recipient-differs': 'Gefragt hat ein anderer Browser als der, für den unterschrieben war.',
      'chapter-unregistered': 'Dieser Abschnitt war der Schlüsselverwahrung nicht bekannt.',
      'chapter-not-granted': 'Dieser Abschnitt gehörte nicht zur Erlaubnis.',
      'envelope-differs': 'Der Schlüsselumschlag war nicht der, der für diesen Abschnitt eingetragen ist.',
      'envelope-foreign': 'Der Schlüsselumschlag gehörte zu einer anderen Aufzeichnung.',
      'key-destroyed': 'Der Schlüssel dieser Prüfung war schon vernichtet.',
    },
  },
  outcomes: {
    'nothing-to-clarify': 'Es gibt nichts zu klären.',
    'ask-test-taker': 'Sie werden um Ihre Sicht gebeten, bevor etwas anderes entschieden wird.',
    refer: 'Die Prüfung wurde an den Prüfungsausschuss weitergegeben, der Sie anhört, bevor er entscheidet.',
  },
  incidents: {
    'full-screen': 'die Prüfung war nicht im Vollbild',
    'left-page': 'die Seite der Prüfung war nicht im Vordergrund',
    'one-screen': 'ein zweiter Bildschirm war angeschlossen',
  },
  quoted: (words) => `„${words}“`,

  coverage: {
    signed: 'Mit Namen für das Ansehen unterschrieben',
    all: 'Alles:',
    part: 'Ein Teil:',
    extent: (number, registered) =>
      `${number} von ${amount(registered, 'Abschnitt', 'Abschnitten')}, ${registered === 1 ? 'der' : 'die'} bis dahin aufgezeichnet ${registered === 1 ? 'war' : 'waren'}`,
    drawn: (stretches) => `. Ausgelost: ${stretches}`,
    around: (incidents, stretches) => `. Um das herum, was Ihr Browser vermerkt hat (${incidents}): ${stretches}`,
    closed: (number) =>
      `. ${amount(number, 'weiterer Abschnitt', 'weitere Abschnitte')} um solche Vermerke ${number === 1 ? 'blieb' : 'blieben'} verschlossen`,
    two: '. Zwei Personen haben dafür unterschrieben',
    batch: (attempts) => `. Für ${attempts} Aufzeichnungen zugleich unterschrieben`,
    stretch: (from, to) => `${from} bis ${to}`,
    nothing: 'nichts',
  },
};
