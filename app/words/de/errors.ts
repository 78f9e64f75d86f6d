import type { Words } from '../en.ts';
import { FORMATS } from '../formats.ts';

export const errors: Words['errors'] = {
  sentences: {
    'not-found':
      'Hier ist nichts, was für Sie bestimmt ist. Prüfen Sie den Link, oder gehen Sie dorthin zurück, wo Sie hergekommen sind.',
    'not-signed-in':
      'Sie sind nicht angemeldet, oder Ihre Sitzung ist abgelaufen. Öffnen Sie Ihren Link noch einmal; was gespeichert war, bleibt erhalten.',
    'other-origin':
      'Diese Anfrage kam von einer fremden Seite und wurde angehalten. Öffnen Sie unsere Seite unter ihrer eigenen Adresse und versuchen Sie es noch einmal.',
    'outside-network':
      'Diese Seite ist nur im Netz der Hochschule zugänglich. Verbinden Sie sich damit und versuchen Sie es noch einmal.',
    malformed:
      'Die Anfrage war nicht verständlich. Laden Sie die Seite neu und versuchen Sie es noch einmal; wenn das nicht hilft, melden Sie es bitte.',
    'too-large': 'Die Anfrage ist größer, als diese Seite sie annimmt.',
    'not-supported': 'Inhalte dieser Art werden hier nicht angenommen.',
    'segment-differs': 'Unter dieser Nummer ist schon ein anderes Stück gespeichert. Es bleibt, wie es ist.',
    'chapter-differs':
      'Zu diesem Abschnitt ist schon ein anderer Schlüsselumschlag gespeichert. Er bleibt, wie er ist.',
    'chapter-unknown':
      'Zu diesem Abschnitt fehlt noch der Schlüsselumschlag. Er muss vor den Stücken des Abschnitts ankommen.',
    'segments-missing': 'Die Erklärung nennt Stücke, die noch nicht angekommen sind.',
    'not-recorded':
      'Das wird nur angezeigt, während Ihre Prüfung aufgezeichnet wird, und in den letzten Sekunden ist nichts davon angekommen. Es erscheint von selbst, sobald etwas ankommt; Ihnen entsteht daraus kein Nachteil.',
    'attempt-sealed':
      'Diese Prüfung ist beendet und ihre Aufzeichnung versiegelt. Es kann nichts mehr hinzugefügt werden.',
    'upload-closed':
      'Die Frist, in der diese Aufzeichnung gesendet werden konnte, ist vorbei. Ihnen entsteht daraus kein Nachteil.',
    'already-done': 'Das ist schon geschehen. Es wurde nichts verändert.',
    'disk-full':
      'Auf dem Prüfungsserver wird der Platz knapp. Ihr Browser behält, was noch nicht gespeichert ist; lassen Sie die Seite offen.',
    busy: 'Der Prüfungsserver ist ausgelastet. Ihr Browser behält, was noch nicht gespeichert ist, und versucht es von selbst wieder.',
    'custody-away':
      'Die Schlüsselverwahrung antwortet gerade nicht. Aufgezeichnet wird weiter; Ansehen und Unterschreiben müssen warten. Versuchen Sie es in einer Minute noch einmal.',
    'asked-ahead':
      'Diese Seite wird nicht im Voraus geladen, weil mit ihr das Ansehen beginnt. Öffnen Sie sie, wenn Sie ansehen möchten.',
    refused: 'Die Schlüsselverwahrung hat das abgelehnt.',
    internal:
      'Bei uns ist etwas schiefgegangen. Es ist unter der Nummer unten festgehalten. Versuchen Sie es noch einmal; was schon bestätigt war, ist sicher.',
  },
  refusals: {
    'exam-over': 'Diese Prüfung ist vorbei und kann nicht mehr begonnen werden.',
    'exam-suspended':
      'Diese Prüfung ist ausgesetzt: Niemand kann etwas davon ansehen, bis zwei Verantwortliche sie wieder freigeben. Aufgezeichnet wird weiter.',
    'unit-suspended':
      'Die Einrichtung ist ausgesetzt. Bis zwei Verantwortliche sie wieder freigeben, kann bei ihr nichts begonnen oder geöffnet werden.',
    'keys-exhausted':
      'Diese Prüfung wurde schon in so vielen Browsern fortgesetzt, wie es höchstens geht. Was dort aufgezeichnet wurde, ist gespeichert.',
    'seal-refused':
      'Das Siegel passt nicht zu dieser Prüfung oder trägt nicht die Unterschrift Ihres Browsers. Es wurde nichts versiegelt.',
    sealed:
      'Die Schlüsselverwahrung ist seit ihrem Start noch verschlossen. Aufgezeichnet wird weiter; Ansehen und Unterschreiben warten, bis sie geöffnet ist.',
    'token-away': 'Der Schlüsselspeicher antwortet nicht. Aufgezeichnet wird weiter; das Ansehen muss warten.',
  },

  linkUnknown:
    'Dieser persönliche Link ist hier nicht bekannt. Es wurde nichts aufgezeichnet. Kopieren Sie den Link aus Ihrer Einladung vollständig, bis zum letzten Zeichen, und öffnen Sie ihn noch einmal; wenn Sie wieder hier landen, schreiben Sie an die Adresse in der Einladung.',
  sessionEnded:
    'Für diese Seite brauchen Sie Ihren persönlichen Link, oder Ihre Sitzung ist abgelaufen. Öffnen Sie den Link aus Ihrer Einladung noch einmal; was aufgezeichnet wurde, ist gespeichert.',
  examOver:
    'Diese Prüfung ist vorbei und kann nicht mehr begonnen werden. Wenn Sie nicht teilnehmen konnten, schreiben Sie an die Adresse auf Ihrer Prüfungsseite.',
  sitsElsewhere:
    'Sie legen diese Prüfung an anderer Stelle ab, wie es mit Ihnen vereinbart ist; hier beginnt deshalb nichts. Wie und wo, steht auf Ihrer Prüfungsseite.',
  arrangementsOver:
    'Ihre Prüfung ist beendet; deshalb lässt sich dazu nichts mehr regeln. Schreiben Sie an die Adresse auf Ihrer Prüfungsseite.',
  notOpenYet: (opensAt) =>
    `Diese Prüfung öffnet am ${FORMATS.de.moment(opensAt)} und kann vorher nicht begonnen werden. Es wurde nichts aufgezeichnet, und nichts geht verloren: Gehen Sie zurück auf Ihre Prüfungsseite; dort steht, wie lange es noch dauert.`,
  entryOver: (until) =>
    `Diese Prüfung konnte bis zum ${FORMATS.de.moment(until)} begonnen werden. Es wurde nichts aufgezeichnet. Wenn Sie bis dahin nicht beginnen konnten, schreiben Sie an die Adresse auf Ihrer Prüfungsseite; einen Grund müssen Sie nicht nennen.`,
  examHeld:
    'Diese Prüfung kann noch nicht beginnen: Zu ihr ist eine Meldung eingegangen, und die Datenschutzbeauftragten müssen zuerst antworten. Es wurde nichts aufgezeichnet. Halten Sie sich bereit und versuchen Sie es später noch einmal; dass Sie warten, wird Ihnen nicht angelastet. Im Zweifel schreiben Sie an die Adresse auf Ihrer Prüfungsseite.',
  startedElsewhere:
    'Diese Prüfung wurde in einem anderen Browser oder Fenster begonnen, und nur dort kann weiter aufgezeichnet werden. Was dort aufgezeichnet wurde, ist gespeichert. Gehen Sie dorthin zurück; wenn das nicht möglich ist, schreiben Sie an die Adresse auf Ihrer Prüfungsseite. Ihnen entsteht daraus kein Nachteil.',
  tooManyBrowsers:
    'Diese Prüfung wurde schon in zwanzig Browsern geöffnet; ein weiterer kann nicht dazukommen. Was dort aufgezeichnet wurde, ist gespeichert. Gehen Sie in einen davon zurück; wenn das nicht möglich ist, schreiben Sie an die Adresse auf Ihrer Prüfungsseite. Ihnen entsteht daraus kein Nachteil.',
  notNoted:
    'Das wird bei Ihnen nicht vermerkt: Ihre Prüfung schränkt es nicht ein, oder mit Ihnen wurde etwas anderes vereinbart. Es wurde nichts eingetragen.',
  receiptFollows:
    'Es gibt noch keine Quittung. Ihre Aufzeichnung ist vollständig, und ihr Siegel ist gespeichert; die Quittung entsteht von selbst, sobald die Schlüsselverwahrung antwortet. Sehen Sie später noch einmal nach.',
  receiptLater:
    'Es gibt noch keine Quittung: Sie entsteht, wenn Sie die Prüfung beenden und Ihre Aufzeichnung versiegelt ist.',
  uploadOver: (until) =>
    `Die Frist, in der diese Aufzeichnung gesendet werden konnte, endete am ${FORMATS.de.moment(until)}. Was bis dahin angekommen ist, ist gespeichert; was noch in Ihrem Browser liegt, kann nicht mehr angenommen werden. Sie müssen nichts tun, und Ihnen entsteht daraus kein Nachteil.`,
  handInOver: (until) =>
    `Dateien konnten bis ${FORMATS.de.moment(until)} abgegeben werden. Diese wurde nicht mehr angenommen; was bis dahin angekommen ist, ist gespeichert. Schreiben Sie an die Adresse auf Ihrer Prüfungsseite, wenn Sie etwas daran gehindert hat.`,
  tooManyHandIns: (most) =>
    `Sie haben ${most} Dateien abgegeben, frühere Fassungen mitgezählt; mehr können nicht angenommen werden. Diese wurde nicht angenommen, alle anderen sind gespeichert. Schreiben Sie an die Adresse auf Ihrer Prüfungsseite, wenn es darauf ankommt.`,
  handInTooLarge:
    'Diese Datei ist größer als 20 MB; größer darf eine nicht sein. Sie wurde nicht angenommen. Teilen Sie sie, oder speichern Sie sie mit kleineren Bildern, und geben Sie sie noch einmal ab.',
  practiceOver:
    'Ihre Prüfung hat begonnen, deshalb wird jetzt nichts mehr ausprobiert oder gemessen: Ihre Leitung gehört der Prüfung. Der Probelauf ist vorbei.',
  practiceOverWayBack:
    'Ihre Prüfung hat begonnen, deshalb wird jetzt nichts mehr ausprobiert oder gemessen: Ihre Leitung gehört der Prüfung. Der Probelauf ist vorbei. Mit Ihrem persönlichen Link kommen Sie zurück zur Prüfung.',
  tooMuchMeasured:
    'Gerade messen zu viele gleichzeitig, deshalb ging es mit Ihrer Verbindung nicht. Über Ihr Gerät sagt das nichts; versuchen Sie es in einer Minute noch einmal.',

  headings: {
    401: 'Bitte kommen Sie noch einmal herein',
    403: 'Das ist Ihnen nicht zugänglich',
    404: 'Hier ist nichts',
    409: 'Das geht jetzt nicht',
    503: 'Einen Moment bitte',
    507: 'Einen Moment bitte',
  },
  ourFault: 'Etwas ist schiefgegangen',
  anyFault: 'Das hat nicht geklappt',
  status: (status) => `Fehler ${status}`,
  firstPage: 'Zur Startseite',
  number: 'Wenn Sie um Hilfe bitten, geben Sie diese Nummer an:',
};
