import { recorder as said } from '../../browser/words/de/recorder.ts';
import type { Words } from '../en.ts';
import { FORMATS } from '../formats.ts';

const KINDS = { camera: 'Kamera', microphone: 'Mikrofon', screen: 'Bildschirm' };

export const recorder: Words['recorder'] = {
  title: (exam) => `Aufzeichnung: ${exam}`,
  noScript: (contact) => (
    <>
      In diesem Browser ist JavaScript ausgeschaltet, und ohne JavaScript kann nichts aufgezeichnet werden. Schalten Sie
      es für diese Seite ein und laden Sie sie neu, oder schreiben Sie an {contact}.
    </>
  ),

  check: (kinds) => `${FORMATS.de.all(kinds.map((kind) => KINDS[kind]))} prüfen`,
  yourself: 'Noch wird nichts aufgezeichnet oder gesendet. Nur Sie sehen das hier.',
  preview: 'Bild Ihrer Kamera',
  level: 'Mikrofon: Wenn Sie etwas sagen, bewegt sich der Balken',
  camera: 'Kamera',
  microphone: 'Mikrofon',
  turnOn: said.devices.turnOn,
  turnOnHint: (asked) =>
    ({
      camera: 'Schalten Sie Ihre Kamera ein. Ihr Browser fragt Sie, ob diese Seite sie verwenden darf.',
      microphone: 'Schalten Sie Ihr Mikrofon ein. Ihr Browser fragt Sie, ob diese Seite es verwenden darf.',
      both: 'Schalten Sie Kamera und Mikrofon ein. Ihr Browser fragt Sie, ob diese Seite beides verwenden darf.',
    })[asked],
  shareHint:
    'Geben Sie Ihren Bildschirm frei. Ihr Browser fragt Sie, was Sie freigeben: Wählen Sie den gesamten Bildschirm, denn diese Prüfung zeichnet ihn ganz auf. Schließen Sie, was Sie lieber nicht zeigen.',
  screenPreview: 'Bild Ihres Bildschirms',
  share: said.screen.share,
  start: said.check.start,
  cannot: (contact) => (
    <>
      Etwas lässt sich nicht einschalten, oder Sie möchten es lieber nicht? Schreiben Sie an {contact}; daraus, dass Sie
      fragen, entsteht Ihnen nie ein Nachteil.
    </>
  ),

  lamps: {
    camera: ['Kamera an', 'Kamera aus'],
    microphone: ['Mikrofon an', 'Mikrofon aus'],
    screen: ['Bildschirm an', 'Bildschirm aus'],
    sending: ['Wird gesendet', 'Wartet aufs Senden'],
  },
  recorded: 'Aufgezeichnet',
  unsent: 'Gesendet ist noch nichts.',
  shareAgain: said.screen.shareAgain,
  turnOnAgain: said.record.turnOnAgain,
  open: 'Prüfung öffnen',
  leave: 'Lassen Sie dieses Fenster offen, gern im Hintergrund. Die Prüfung öffnet sich in einem eigenen Fenster.',
  help: (contact) => <>Etwas funktioniert nicht? Schreiben Sie an {contact}. Unterdessen können Sie weiterarbeiten.</>,

  finish: 'Prüfung beenden',
  finishHeading: 'Prüfung beenden?',
  finishText:
    'Die Aufzeichnung wird angehalten und versiegelt. Danach können Sie nicht noch einmal beginnen. Geben Sie vorher Ihre Antworten im Fenster der Prüfung ab.',
  elsewhere:
    'Falls Sie einen Teil dieser Prüfung in einem anderen Browser abgelegt haben, wartet dort vielleicht noch etwas davon. Öffnen Sie die Prüfung zuerst dort: Wenn Sie sie beendet haben, kann nichts mehr dazukommen.',
  finishConfirm: 'Beenden und versiegeln',
  finishCancel: 'Mit der Prüfung weitermachen',

  sealing: 'Zum Schluss',
  sealingText:
    'Der Rest Ihrer Aufzeichnung wird gesendet und versiegelt. Aufgezeichnet wird nichts mehr. Bitte lassen Sie dieses Fenster offen, bis hier steht, dass alles fertig ist.',
  sent: 'Bisher gesendet',
  done: 'Fertig. Ihre Aufzeichnung ist versiegelt.',
  doneText:
    'Aufgezeichnet wird nichts mehr. Bitte speichern Sie Ihre Quittung: Sie beweist, dass Ihre Aufzeichnung vollständig ist. Wenn sie gerade nicht erstellt werden kann, folgt sie von selbst, und diese Schaltfläche sagt es Ihnen.',
  save: 'Quittung speichern',
  back: 'Zu Ihrer Prüfung, und wer die Aufzeichnung ansieht',
};
