import type { sending as english } from '../en/sending.ts';

export const sending: typeof english = {
  noStore:
    'Ihr Browser speichert für diese Seite nichts, deshalb könnte sie nach dem Neuladen nicht weitermachen. Verlassen Sie den privaten Modus, oder erlauben Sie dieser Seite, Daten zu speichern, und öffnen Sie sie noch einmal.',
  noSession:
    'Ihre Sitzung ist abgelaufen. Öffnen Sie Ihren persönlichen Link in einem anderen Tab dieses Browsers; hier geht es dann von selbst weiter.',
  otherLink:
    'In diesem Browser wurde ein anderer Prüfungslink geöffnet. Öffnen Sie Ihren eigenen Link in einem anderen Tab; hier geht es dann von selbst weiter.',
  noAnswer: 'Der Prüfungsserver antwortet noch nicht. Diese Seite versucht es von selbst wieder.',
  partLost:
    'Ein Stück der Aufzeichnung konnte nicht gespeichert werden. Das ist vermerkt; Ihnen entsteht daraus kein Nachteil.',
  notTaken:
    'Ein Stück der Aufzeichnung konnte gerade nicht übergeben werden. Es bleibt hier gespeichert, und diese Seite versucht es von selbst wieder; die Aufzeichnung geht weiter.',
  full: 'Ihr Browser hat auf diesem Computer keinen Platz mehr, deshalb kann die Aufzeichnung hier nicht beginnen. Was gespeichert war, bleibt erhalten. Machen Sie etwas Speicherplatz frei, und laden Sie die Seite neu; Ihnen entsteht daraus kein Nachteil.',
  unsealed:
    'Alles, was aufgezeichnet wurde, ist gespeichert, aber Ihr Browser konnte es nicht versiegeln. Sie müssen nichts weiter tun: Der Prüfungsserver schließt Ihre Prüfung nach der Frist zum Senden von selbst ab, und Ihnen entsteht daraus kein Nachteil. Um es noch einmal zu versuchen, laden Sie diese Seite neu.',
  goesOnElsewhere:
    'Ihre Prüfung wurde in einem anderen Browser fortgesetzt. Alles, was hier aufgezeichnet wurde, ist gesendet; beenden Sie die Prüfung dort. Diese Seite können Sie schließen.',
  fault: (detail) =>
    `Die Aufzeichnung ist wegen eines Fehlers in dieser Seite stehen geblieben (${detail}). Was gespeichert war, bleibt erhalten. Laden Sie die Seite neu, dann geht die Aufzeichnung weiter; Ihnen entsteht daraus kein Nachteil.`,
  otherKey:
    'Diese Seite zeigte nicht den Schlüssel, den Ihre Einladung nennt; deshalb wurde nichts aufgezeichnet. Vielleicht hat sich jemand zwischen Sie und Ihre Hochschule geschaltet, oder der Link gehört zu einer anderen Prüfung. Machen Sie hier nicht weiter; öffnen Sie den Link aus Ihrer Einladung noch einmal, und wenn dieser Satz wieder erscheint, sagen Sie es Ihrer Hochschule.',
  keyUnchecked:
    'Ihr Browser kann den Schlüssel dieser Prüfung nicht prüfen; deshalb wurde nichts aufgezeichnet. Aktualisieren Sie Ihren Browser, oder nehmen Sie eine aktuelle Version von Chrome, Edge, Firefox oder Safari.',
  keyUnsigned:
    'Der Schlüssel dieser Prüfung trägt nicht die Unterschrift des Prüfungsservers Ihrer Hochschule; deshalb wurde nichts aufgezeichnet. Sagen Sie es Ihrer Hochschule; Sie haben nichts falsch gemacht.',
  otherWindow:
    'Die Aufzeichnung ist in einem anderen Fenster dieses Browsers geöffnet, und nur eines kann aufzeichnen. Machen Sie dort weiter; oder schließen Sie es, dann übernimmt dieses Fenster von selbst.',
  paused: 'Ihre Verbindung ist unterbrochen.',
  unexplained: (status) => `Der Prüfungsserver hat mit einem Fehler geantwortet (${status}).`,
};
