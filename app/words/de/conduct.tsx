import type { Words } from '../en.ts';

export const conduct: Words['conduct'] = {
  uses: {
    payment: {
      name: 'Jemand verlangt Geld',
      means:
        'Sie sollen dafür zahlen, dass Sie aufgezeichnet oder nicht aufgezeichnet werden, oder für einen anderen Weg zur Prüfung.',
    },
    'no-alternative': {
      name: 'Es gibt keinen anderen Weg',
      means:
        'Sie wollten die Prüfung ohne Aufzeichnung ablegen und bekamen eine Absage ohne Begründung oder gar keine Antwort.',
    },
    appearance: {
      name: 'Kleidung, Religion oder Kultur',
      means: 'Sie sollen Kleidung, eine Bedeckung, Ihre Haare oder sonst etwas an Ihrem Äußeren ablegen oder ändern.',
    },
    'personal-use': {
      name: 'Jemand nutzt Aufzeichnungen oder Daten für sich',
      means: 'Aufzeichnungen oder Angaben von Prüflingen wurden gezeigt, weitergegeben oder ohne Grund angesehen.',
    },
    'decrypted-traffic': {
      name: 'Die Verbindung wird unterwegs mitgelesen',
      means: 'Sie sollen ein Zertifikat oder ein Programm installieren, das mitlesen kann, was Ihr Browser sendet.',
    },
    other: { name: 'Etwas anderes', means: 'Sonst etwas an der Aufzeichnung, das nicht sein darf.' },
  },

  form: {
    title: 'Unzulässige Nutzung melden',
    lead: 'Manches darf bei aufgezeichneten Prüfungen niemand tun. Wenn Sie es erlebt oder gesehen haben, sagen Sie es hier.',
    readers:
      'Was Sie schreiben, lesen nur die Datenschutzbeauftragten der Hochschule, und jemand von ihnen muss antworten. Wer Sie unterrichtet, Ihre Prüfung vorbereitet oder Aufzeichnungen ansieht, bekommt es nicht zu sehen. Auf Ihre Prüfung, Ihre Aufzeichnung und Ihr Ergebnis hat es keinen Einfluss.',
    answerKnown: (answers) => <>Sie haben schon eine Nummer? {answers('Zur Antwort auf Ihre Meldung')}.</>,
    use: 'Worum geht es?',
    useMissing: 'Wählen Sie aus, worum es geht. Wenn nichts passt, wählen Sie „Etwas anderes“.',
    words: 'Was ist passiert?',
    wordsHint: 'Wer hat wann und wo was gesagt oder geschrieben? Sie können in jeder Sprache schreiben.',
    wordsMissing: 'Schreiben Sie, was passiert ist. Ein paar Worte genügen.',
    wordsLong:
      'Das ist zu lang: Höchstens 4.000 Zeichen werden aufbewahrt. Kürzen Sie den Text; eine zweite Meldung ist möglich.',
    wordsDisguised:
      'Darin stehen Zeichen, die sich nicht anzeigen lassen; manche Programme fügen sie ein. Tippen Sie den Text hier von Hand.',
    exam: 'Welche Prüfung, falls Sie es wissen?',
    examHint:
      'Ihr Titel, wie er in der Einladung oder Ankündigung steht. Stimmt er genau, wird die Meldung der Prüfung von selbst zugeordnet.',
    examLong: 'Höchstens 200 Zeichen werden aufbewahrt.',
    who: (exam) => (
      <>Sie sind mit Ihrem persönlichen Link zu „{exam}“ gekommen. Ihre Meldung bezieht sich auf diese Prüfung.</>
    ),
    as: 'Mit oder ohne Namen?',
    asMissing: 'Wählen Sie, ob Ihr Name zur Meldung gehören soll.',
    link: 'Ohne meinen Namen',
    linkMeans:
      'Die Datenschutzbeauftragten erfahren, dass jemand mit einem persönlichen Link zu dieser Prüfung meldet, aber nicht, wer. Die Antwort sehen Sie mit einer Nummer, die nur Sie bekommen.',
    named: 'Mit meinem Namen',
    namedMeans:
      'Die Datenschutzbeauftragten sehen Ihre Kennung und können nachfragen. Art, Tag und Antwort stehen auch auf Ihrer Prüfungsseite, für alle, die Ihren persönlichen Link öffnen.',
    anonymous: 'Sie melden anonym',
    anonymousMeans:
      'Wir fragen nicht, wer Sie sind, und bewahren keine Adresse Ihres Geräts auf. Niemand kann Ihnen schreiben: Behalten Sie die Nummer, die Sie bekommen. Wenn Sie einen persönlichen Link haben, öffnen Sie ihn zuerst; dann steht fest, dass die Meldung von jemandem kommt, den die Prüfung betrifft.',
    send: 'Meldung abgeben',
  },

  faults: {
    form: 'Es ist noch nichts abgegeben. Was fehlt, steht weiter unten; alles, was Sie geschrieben haben, ist noch da.',
    soon: 'Von Ihnen oder aus Ihrem Netz kamen in kurzer Zeit viele Meldungen. Es ist nichts abgegeben, und was Sie geschrieben haben, ist noch da. Warten Sie einige Minuten und drücken Sie den Knopf noch einmal.',
    full: 'Es warten schon so viele Meldungen ohne Namen auf Antwort, wie zugleich warten können. Ihre ist nicht abgegeben, und was Sie geschrieben haben, ist noch da. Öffnen Sie Ihren persönlichen Link, falls Sie einen haben, und melden Sie mit Namen; schreiben Sie an die Datenschutzbeauftragten der Hochschule; oder versuchen Sie es morgen noch einmal.',
    fullNamed:
      'Fünf Meldungen von Ihnen warten schon auf Antwort, oder es sind insgesamt zu viele. Diese ist nicht abgegeben, und was Sie geschrieben haben, ist noch da. Sobald eine davon beantwortet ist, können Sie sie abgeben.',
    already:
      'Von dieser Seite wurde unter derselben Nummer schon eine andere Meldung abgegeben. Um auch diese abzugeben, öffnen Sie das Formular neu und kopieren Ihren Text hinein.',
    away: 'Der Teil der Anlage, der Meldungen aufbewahrt, antwortet gerade nicht; es ist nichts abgegeben. Was Sie geschrieben haben, ist noch da. Lassen Sie diese Seite offen und drücken Sie den Knopf in ein paar Minuten noch einmal.',
  },

  filed: {
    title: 'Ihre Meldung ist abgegeben',
    lead: 'Jemand von den Datenschutzbeauftragten liest sie und antwortet.',
    number: 'Ihre Nummer',
    keep: 'Mit dieser Nummer, und nur mit ihr, sehen Sie die Antwort. Sie steht nur dieses eine Mal hier, und wir können sie nicht für Sie heraussuchen: Schreiben Sie sie auf, drucken Sie diese Seite oder speichern Sie sie. Geben Sie sie niemandem.',
    save: 'Nummer als Datei speichern',
    holds: {
      nothing: 'Die Datenschutzbeauftragten sehen sie ab jetzt auf jeder ihrer Seiten.',
      publication: 'Bis die Antwort da ist, kann keine neue Fassung dieser Prüfung veröffentlicht werden.',
      start: 'Bis die Antwort da ist, kann diese Prüfung nicht beginnen.',
      untold: 'Ist eine Prüfung mit diesem Titel noch nicht veröffentlicht, so bleibt das so, bis die Antwort da ist.',
    },
    where: (answers) => (
      <>Die Antwort finden Sie auf der Seite {answers('Antworten auf Meldungen')}, zu der jede Seite unten führt.</>
    ),
    back: 'Sie können diese Seite jetzt schließen.',
    file: (number, address) =>
      `Nummer einer Meldung über eine unzulässige Nutzung\n\n${number}\n\nZur Antwort: ${address}\nBehalten Sie diese Nummer für sich. Sie lässt sich nicht ersetzen.\n`,
    fileName: 'meldung-nummer.txt',
  },

  answers: {
    title: 'Antworten auf Meldungen',
    lead: 'Geben Sie die Nummer ein, die Sie zu Ihrer Meldung bekommen haben.',
    number: 'Nummer Ihrer Meldung',
    numberHint: 'Acht Gruppen zu vier Zeichen. Leerzeichen und Bindestriche sind gleichgültig.',
    numberWrong:
      'Das ist keine Nummer einer Meldung: Sie hat 32 Zeichen, 0 bis 9 und A bis F. Vergleichen Sie sie mit dem, was Sie aufbewahrt haben.',
    unknown: 'Zu dieser Nummer gibt es keine Meldung. Vergleichen Sie jede Gruppe mit dem, was Sie aufbewahrt haben.',
    soon: 'In kurzer Zeit wurden zu viele Nummern ausprobiert. Warten Sie eine Minute und versuchen Sie es dann noch einmal.',
    away: 'Der Teil der Anlage, der Meldungen aufbewahrt, antwortet gerade nicht. Ihre Meldung ist gespeichert. Versuchen Sie es in ein paar Minuten noch einmal.',
    show: 'Antwort anzeigen',
    new: 'Etwas melden',
    yours: 'Ihre Meldungen',
    yoursHint: 'Die, die Sie mit Ihrem Namen abgegeben haben. Bei anderen sehen Sie die Antwort mit deren Nummer.',
    filedOn: (day) => <>Abgegeben am {day}</>,
    about: (exam) => `Es geht um: ${exam}`,
    waits: 'Wartet auf Antwort',
    waitsText: 'Bisher hat niemand geantwortet. Sehen Sie später noch einmal nach.',
    outcomes: {
      upheld: 'Beantwortet: Ihre Meldung ist berechtigt',
      dismissed: 'Beantwortet: Ihrer Meldung wird nicht gefolgt',
    },
    answeredOn: (day) => <>Antwort vom {day}:</>,
  },

  heldTitle: 'Diese Prüfung kann noch nicht beginnen',
  held: 'Zu dieser Prüfung ist eine Meldung eingegangen, die die Datenschutzbeauftragten zuerst ansehen müssen. Sie können hier alles vorbereiten und lesen. Sobald die Prüfung beginnen kann, verschwindet dieser Hinweis; dass Sie warten, wird Ihnen nicht angelastet.',
};
