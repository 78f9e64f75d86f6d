import { check as said } from '../../browser/words/de/check.ts';
import type { Words } from '../en.ts';
import { FORMATS } from '../formats.ts';

export const check: Words['check'] = {
  names: said.names,
  title: (exam) => (exam === undefined ? 'Gerätetest' : `Gerätetest: ${exam}`),
  heading: 'Ist dieses Gerät geeignet?',
  lead: (own) =>
    `Diese Seite probiert auf diesem Computer und in diesem Browser aus, was ${own ? 'Ihre Prüfung braucht' : 'eine aufgezeichnete Prüfung brauchen kann'}. Das dauert etwa eine Minute. Testen Sie an dem Ort, mit dem Computer und mit der Verbindung, die Sie am Prüfungstag haben werden.`,
  nothing:
    'Es wird nichts aufgezeichnet. Bild und Ton bleiben in dieser Seite. Um Ihre Verbindung zu messen, werden zufällige Bytes gesendet und beim Ankommen verworfen. Auch das Ergebnis bleibt hier, außer Sie kopieren es.',
  noScript:
    'In diesem Browser ist JavaScript ausgeschaltet, und ohne JavaScript kann nichts getestet oder aufgezeichnet werden.',
  start: 'Test starten',
  progress: 'Bisher getestet',
  found: 'Ergebnis',
  preview: 'Was nur Sie sehen',
  skip: 'Auslassen',
  help: 'Brauchen Sie Hilfe?',
  copyHint: (contact) => (
    <>
      Kopieren Sie das Ergebnis in eine Nachricht an {contact ?? 'den IT-Support Ihrer Hochschule'}. Über Sie steht
      nichts darin: kein Name, keine Adresse, keine Namen Ihrer Geräte.
    </>
  ),
  copy: 'Ergebnis kopieren',
  copied: 'Was kopiert wird',
  back: 'Zurück zu Ihrer Prüfung',
  link: 'Sie haben Ihren persönlichen Link schon? Öffnen Sie ihn, und testen Sie von dort aus: Dann wird genau das getestet, was Ihre Prüfung braucht, und Sie können einen Probelauf machen.',

  needed: (own) => (own ? 'Was Ihre Prüfung braucht' : 'Was eine aufgezeichnete Prüfung höchstens braucht'),
  computer: [
    'Ein Computer',
    'Mit einer aktuellen Version von Chrome, Edge, Firefox oder Safari. Telefone können ihren Bildschirm nicht freigeben.',
  ],
  camera: 'Eine Kamera',
  screen: 'Ihr Bildschirm, freigegeben',
  picture: (width, height, frameRate) =>
    `${width} × ${height} mit bis zu ${FORMATS.de.amount(frameRate, 'Bild', 'Bildern')} pro Sekunde`,
  microphone: ['Ein Mikrofon', 'Das eingebaute genügt.'],
  connection: 'Eine Verbindung',
  rates: (most, least) => `Die für das feinste Bild ${most} sendet; ab ${least} geht es auch, mit einem gröberen.`,
  room: 'Platz im Browser',
  hour: (bytes) =>
    `${bytes} für eine Stunde ganz ohne Verbindung. Was nicht gesendet werden konnte, wartet dort verschlüsselt.`,
};
