import type { Asked, recorder as english } from '../en/recorder.ts';

type Source = 'camera' | 'screen';

const YOURS: Record<Asked, string> = {
  camera: 'Ihre Kamera',
  microphone: 'Ihr Mikrofon',
  both: 'Ihre Kamera und Ihr Mikrofon',
};
const EITHER: Record<Asked, string> = {
  camera: 'Ihre Kamera',
  microphone: 'Ihr Mikrofon',
  both: 'Ihre Kamera oder Ihr Mikrofon',
};
const THEM: Record<Asked, string> = { camera: 'sie', microphone: 'es', both: 'beides' };
const SOURCES: Record<Source, string> = { camera: 'Kamera', screen: 'Bildschirm' };
const KINDS = { camera: 'Kamera', microphone: 'Mikrofon', screen: 'Bildschirm' };
const silent = 'Die Aufzeichnung geht ohne Ton weiter, bis wieder welcher kommt; Ihnen entsteht daraus kein Nachteil.';
const goesOn =
  'Sobald sie wieder da ist, geht die Aufzeichnung von selbst weiter. Ihnen entsteht daraus kein Nachteil.';
const meanwhile = 'Arbeiten Sie unterdessen an Ihrer Prüfung weiter; Ihnen entsteht daraus kein Nachteil.';
const notHeld = 'Ihnen entsteht daraus kein Nachteil.';
const share = 'Bildschirm freigeben';
const shareAgain = 'Bildschirm wieder freigeben';
const turnOnAgain = 'Kamera wieder einschalten';
const turnOn = (asked: Asked) =>
  ({
    camera: 'Kamera einschalten',
    microphone: 'Mikrofon einschalten',
    both: 'Kamera und Mikrofon einschalten',
  })[asked];
const rate = (frameRate: number) => {
  if (frameRate >= 1.5) return `${Math.round(frameRate)} Bilder pro Sekunde`;
  const seconds = Math.round(1 / frameRate);
  return seconds === 1 ? 'ein Bild pro Sekunde' : `ein Bild alle ${seconds} s`;
};
const without = (missing: Source[]) => missing.map((source) => SOURCES[source]).join(' und ');

export const recorder: typeof english = {
  meanwhile,
  page: {
    incomplete: (missing) =>
      `Diese Seite ist unvollständig und kann deshalb nicht aufzeichnen (es fehlt: ${missing}). Laden Sie sie neu; wenn das nicht hilft, sagen Sie es Ihrer Hochschule. Sie haben nichts falsch gemacht.`,
    notRecording: 'Keine Aufzeichnung',
    off: (kinds) => `${kinds.map((kind) => KINDS[kind]).join(', ')} aus`,
    contradicted:
      'Zwei Links, die Sie in diesem Tab geöffnet haben, nennen verschiedene Schlüssel; deshalb wird nichts aufgezeichnet. Vielleicht hat sich jemand zwischen Sie und Ihre Hochschule geschaltet. Schließen Sie diesen Tab und öffnen Sie den Link aus Ihrer Einladung in einem neuen; wenn dieser Satz wieder erscheint, sagen Sie es Ihrer Hochschule.',
    unchecked:
      'Die Adresse, über die Sie gekommen sind, nennt keinen Schlüssel; diese Seite konnte ihn also nicht selbst vergleichen. Öffnen Sie dafür den vollständigen Link aus Ihrer Einladung, oder vergleichen Sie den Fingerabdruck auf der ersten Seite Ihrer Prüfung mit dem in der Einladung.',
    notLoaded:
      'Ein Teil dieser Seite wurde nicht geladen, deshalb kann sie nicht aufzeichnen. Laden Sie die Seite neu.',
    insecure:
      'Diese Seite wurde nicht über eine sichere Verbindung geöffnet, deshalb gibt Ihr Browser ihr Kamera, Mikrofon und Bildschirm nicht frei. Öffnen Sie Ihren persönlichen Link noch einmal.',
    unable:
      'Dieser Browser kann nicht aufzeichnen. Nehmen Sie eine aktuelle Version von Chrome, Edge, Firefox oder Safari auf einem Computer, und öffnen Sie dort Ihren persönlichen Link.',
    replaced: (contact) =>
      `Ihre Prüfung geht in einem anderen Browser weiter, deshalb wird hier nicht mehr aufgezeichnet. Was diese Seite noch nicht gesendet hatte, wird noch gesendet: Lassen Sie sie einen Moment offen. Sie haben die Prüfung nirgends sonst geöffnet? Dann sagen Sie es bitte: ${contact}.`,
  },
  devices: {
    turnOn,
    asking: (asked) => `Ihr Browser fragt, ob diese Seite ${YOURS[asked]} verwenden darf. Wählen Sie „Zulassen“.`,
    unanswered: (asked) =>
      `Ihr Browser hat nicht geantwortet. Suchen Sie seine Frage neben der Adresse dieser Seite und wählen Sie „Zulassen“; wenn dort keine steht, wählen Sie noch einmal „${turnOn(asked)}“.`,
    refused: (asked, button) =>
      `Ihr Browser hat ${YOURS[asked]} nicht zugelassen. Lassen Sie ${THEM[asked]} über das Symbol neben der Adresse dieser Seite zu, und wählen Sie dann „${button}“.`,
    notFound: (asked, button) =>
      `${{ camera: 'Es wurde keine Kamera', microphone: 'Es wurde kein Mikrofon', both: 'Es wurde keine Kamera oder kein Mikrofon' }[asked]} gefunden. Schließen Sie ${{ camera: 'eine', microphone: 'eines', both: 'beides' }[asked]} an, und wählen Sie dann „${button}“.`,
    gone: (asked, button) =>
      `${{ camera: 'Die gewählte Kamera', microphone: 'Das gewählte Mikrofon', both: 'Die gewählte Kamera oder das gewählte Mikrofon' }[asked]} ist nicht mehr da. Nehmen Sie ein anderes Gerät, und wählen Sie dann „${button}“.`,
    taken: (asked, button) =>
      `${EITHER[asked]} hat nichts geliefert; vielleicht wird das Gerät von einem anderen Programm benutzt. Schließen Sie solche Programme, etwa Videogespräche, und wählen Sie dann „${button}“.`,
    failed: (asked, name, button) =>
      `${YOURS[asked]} ließ${asked === 'both' ? 'en' : ''} sich nicht einschalten (${name}). Laden Sie die Seite neu, und wählen Sie dann „${button}“.`,
    silence: {
      refused: `Ihr Browser lässt das Mikrofon nicht zu. Lassen Sie es über das Symbol neben der Adresse dieser Seite zu. ${silent}`,
      notFound: `Es wurde kein Mikrofon gefunden. Schließen Sie eines an; es wird dann von selbst verwendet. ${silent}`,
      gone: `Das gewählte Mikrofon ist nicht mehr da, und ein anderes ließ sich nicht verwenden. Schließen Sie eines an; es wird dann von selbst verwendet. ${silent}`,
      taken: `Ihr Mikrofon liefert keinen Ton; vielleicht wird es von einem anderen Programm benutzt. Schließen Sie solche Programme. ${silent}`,
    },
    numbered: (kind, number) => `${KINDS[kind]} ${number}`,
  },
  screen: {
    share,
    shareAgain,
    asking: 'Ihr Browser fragt, was Sie freigeben. Wählen Sie den gesamten Bildschirm.',
    wrong: (surface, button) =>
      `Sie haben ${surface === 'window' ? 'ein Fenster' : 'einen Browser-Tab'} freigegeben. Diese Prüfung zeichnet den ganzen Bildschirm auf: Wählen Sie noch einmal „${button}“, und nehmen Sie in der Frage Ihres Browsers „Gesamter Bildschirm“.`,
    refused: (button) =>
      `Ihr Bildschirm ist nicht freigegeben: Die Frage wurde geschlossen, oder Ihr Computer lässt diesen Browser den Bildschirm nicht aufnehmen. Wählen Sie dafür „${button}“ und dann „Gesamter Bildschirm“. Auf einem Mac erlauben Sie es unter Systemeinstellungen, Datenschutz & Sicherheit, Bildschirmaufnahme.`,
    unable:
      'Dieser Browser kann keinen Bildschirm freigeben. Nehmen Sie eine aktuelle Version von Chrome, Edge, Firefox oder Safari auf einem Computer.',
    failed: (name, button) =>
      `Ihr Bildschirm ließ sich nicht freigeben (${name}). Um es noch einmal zu versuchen, wählen Sie „${button}“.`,
    shared: 'Ihr Bildschirm ist freigegeben.',
    unverified:
      'Ihr Bildschirm ist freigegeben. Dieser Browser sagt nicht, ob es der gesamte Bildschirm ist; bitte sehen Sie sich das Bild unten an. Daraus, dass er es nicht sagt, entsteht Ihnen kein Nachteil.',
    ended: `Die Freigabe Ihres Bildschirms ist beendet. Um ihn freizugeben, wählen Sie noch einmal „${share}“.`,
  },
  check: {
    start: 'Aufzeichnung starten',
    running: 'Ihre Prüfung läuft, und die Aufzeichnung geht weiter.',
    goOn: 'Weiter',
    without: (missing, running) => `Ohne ${without(missing)} ${running ? 'weitermachen' : 'starten'}`,
    nothing: (contact) =>
      `So kann nichts aufgezeichnet werden. Wenn es nicht klappt oder Sie es lieber nicht möchten, sagen Sie es bitte: ${contact}. ${notHeld}`,
    either: (missing, contact) =>
      `Sie können es noch einmal versuchen oder ohne ${without(missing)} weitermachen: In der Aufzeichnung steht dann, dass dieser Teil fehlte. ${notHeld} Sagen Sie es bitte: ${contact}.`,
    cameraEnded: (asked) =>
      `Ihre Kamera liefert nichts mehr. Prüfen Sie, ob sie angeschlossen ist, und wählen Sie dann „${turnOn(asked)}“.`,
    works: {
      microphone: 'Ihr Mikrofon ist an. Wenn sich der Balken beim Sprechen bewegt, funktioniert es.',
      camera: 'Ihre Kamera ist an. Wenn Sie sich sehen, funktioniert sie.',
      both: 'Kamera und Mikrofon sind an. Wenn Sie sich sehen und sich der Balken beim Sprechen bewegt, funktionieren sie.',
    },
  },
  record: {
    turnOnAgain,
    screenOff: `Ihr Bildschirm ist nicht freigegeben. Wählen Sie „${shareAgain}“ und dann „Gesamter Bildschirm“. ${meanwhile}`,
    cameraOff: `Ihre Kamera ist aus. Wählen Sie „${turnOnAgain}“. ${meanwhile}`,
    onAgain: (source) =>
      `Ihr${source === 'camera' ? 'e' : ''} ${SOURCES[source]} ist wieder da, und die Aufzeichnung geht weiter.`,
    screenEnded: `Die Freigabe Ihres Bildschirms ist beendet. Wählen Sie „${shareAgain}“ und dann „Gesamter Bildschirm“. ${meanwhile}`,
    broken: `Ihr Browser konnte Bild oder Ton nicht weiter kodieren; er versucht es alle paar Sekunden wieder. ${meanwhile}`,
    unheard:
      'Ihr Browser gibt keinen Ton weiter. Firefox tut das nur, solange Lautsprecher oder Kopfhörer angeschlossen sind: Schließen Sie welche an. Bis dahin geht die Aufzeichnung ohne Ton weiter; Ihnen entsteht daraus kein Nachteil.',
    cameraEnded: `Ihre Kamera liefert nichts mehr. Prüfen Sie, ob sie angeschlossen und zugelassen ist. ${goesOn}`,
    cameraSilent: (seconds) =>
      `Seit ${seconds} s kommt nichts von Ihrer Kamera. Prüfen Sie, ob ein anderes Programm sie benutzt oder ob sie ausgeschaltet ist. ${goesOn}`,
    cameraMuted: `Ihre Kamera liefert gerade nichts. Prüfen Sie, ob sie ausgeschaltet oder ihre Blende geschlossen ist. ${goesOn}`,
    ratherNot: (contact) => `Wenn Sie ihn nicht freigeben können oder möchten, sagen Sie es bitte: ${contact}.`,
  },
  pace: {
    thinned: (line, thinned, several) =>
      `${line ? 'Ihre Leitung ist langsam' : 'Ihr Computer ist ausgelastet'}: Aufgezeichnet wird ${thinned
        .map(([source, frames]) =>
          several ? `${rate(frames)} ${source === 'camera' ? 'von der Kamera' : 'vom Bildschirm'}` : rate(frames),
        )
        .join(' und ')}. ${notHeld}`,
  },
  truth: {
    waiting: (amount) => (amount === null ? 'der Rest wartet aufs Senden' : `${amount} warten aufs Senden`),
    room: (amount) => `Es ist Platz für ${amount}. `,
    troubles: {
      offline: (waiting, room) =>
        `Ihre Verbindung ist unterbrochen: ${waiting}; nichts geht verloren. ${room}Lassen Sie diese Seite offen.`,
      busy: (waiting, room) =>
        `Der Prüfungsserver ist ausgelastet: ${waiting}; nichts geht verloren. ${room}Lassen Sie diese Seite offen.`,
      'disk-full': (waiting, room) =>
        `Auf dem Prüfungsserver ist der Platz knapp: ${waiting}; nichts geht verloren. ${room}Lassen Sie diese Seite offen.`,
      session: (waiting, room) =>
        `Ihre Sitzung ist abgelaufen: ${waiting}; nichts geht verloren. ${room}Öffnen Sie Ihren persönlichen Link in einem anderen Tab dieses Browsers, und lassen Sie diese Seite offen.`,
      'other-link': (waiting, room) =>
        `In diesem Browser wurde ein anderer Prüfungslink geöffnet. Öffnen Sie Ihren eigenen Link noch einmal; nichts geht verloren. ${room}${waiting.charAt(0).toUpperCase()}${waiting.slice(1)}.`,
      'other-browser': () =>
        'Alles, was hier aufgezeichnet wurde, ist gespeichert. Ihre Prüfung war auch in einem anderen Browser offen, und das Letzte von dort ist noch nicht angekommen: Öffnen Sie dort, wenn es geht, die Seite der Prüfung, bis es gesendet ist. Diese Seite versucht es von selbst weiter; nichts geht verloren.',
      'no-room': (waiting) =>
        `Auf diesem Computer ist kein Platz mehr, deshalb wird nichts aufgezeichnet, bis etwas davon gesendet ist: ${waiting}, und davon geht nichts verloren. Prüfen Sie Ihre Verbindung, oder machen Sie etwas Speicherplatz frei; dann geht die Aufzeichnung von selbst weiter. ${notHeld}`,
    },
    late: (waiting, room) => `${waiting}; nichts geht verloren. ${room}`,
    begun: 'Die Aufzeichnung hat begonnen. Gespeichert ist noch nichts.',
    stored: (time) => `Alles bis ${time} Uhr ist gespeichert.`,
    starts: {
      offline: `Ihre Verbindung ist unterbrochen, deshalb kann die Aufzeichnung noch nicht beginnen. Sobald sie wieder da ist, geht es auf dieser Seite von selbst weiter. ${notHeld}`,
      busy: `Der Prüfungsserver ist ausgelastet, deshalb kann die Aufzeichnung noch nicht beginnen. Es geht von selbst weiter; lassen Sie diese Seite offen. ${notHeld}`,
      'disk-full': `Auf dem Prüfungsserver ist der Platz knapp, deshalb kann die Aufzeichnung noch nicht beginnen. Es geht von selbst weiter; lassen Sie diese Seite offen. ${notHeld}`,
      session: `Ihre Sitzung ist abgelaufen, deshalb kann die Aufzeichnung noch nicht beginnen. Öffnen Sie Ihren persönlichen Link in einem anderen Tab dieses Browsers; hier geht es dann von selbst weiter. ${notHeld}`,
      'other-link': `In diesem Browser wurde ein anderer Prüfungslink geöffnet, deshalb kann die Aufzeichnung noch nicht beginnen. Öffnen Sie Ihren eigenen Link in einem anderen Tab; hier geht es dann von selbst weiter. ${notHeld}`,
    },
  },
  sealing: {
    begun: 'Der Rest wird gesendet. Lassen Sie diese Seite offen.',
    until: (moment) =>
      `Falls diese Seite vorher geschlossen oder Ihr Computer ausgeschaltet wird, geht nichts verloren: Öffnen Sie bis ${moment} Ihren persönlichen Link noch einmal in diesem Browser, und der Rest wird gesendet.`,
    left: (size) => `Der Rest wird gesendet: ${size}. Lassen Sie diese Seite offen.`,
    stored: 'Alles ist gespeichert. Ihre Aufzeichnung wird versiegelt.',
  },
};
