import type { check as english } from '../en/check.ts';

type Device = 'camera' | 'microphone' | 'screen';

const THE: Record<Device, string> = { camera: 'die Kamera', microphone: 'das Mikrofon', screen: 'den Bildschirm' };
const NAMED: Record<Device, string> = { camera: 'Die Kamera', microphone: 'Das Mikrofon', screen: 'Der Bildschirm' };
const NONE: Record<Device, string> = { camera: 'keine Kamera', microphone: 'kein Mikrofon', screen: 'kein Bildschirm' };
const ONE: Record<Device, string> = { camera: 'eine', microphone: 'eines', screen: 'einen' };
const IT: Record<Device, string> = { camera: 'sie', microphone: 'es', screen: 'ihn' };

const mendingLine =
  'Nehmen Sie ein Kabel, oder gehen Sie näher an den WLAN-Router; verzichten Sie solange auf Downloads, und bitten Sie andere, keine Videos zu laden; oder versuchen Sie ein anderes Netz.';
const kept = 'Ihr Browser speichert Daten für diese Seite.';
const free = 'Machen Sie auf diesem Computer etwas Speicherplatz frei, und verlassen Sie den privaten Modus.';
const awake = 'Schalten Sie für die Dauer der Prüfung aus, dass er von selbst in den Ruhezustand geht.';
const line = (rate: string) => `Ihre Leitung sendet ${rate}.`;
const encodes = (times: string) => `Ihr Computer kodiert die Aufzeichnung ${times}-mal so schnell, wie sie anfällt.`;
const trip = (milliseconds: number) => `Eine Antwort braucht ${milliseconds} ms.`;

export const check: typeof english = {
  names: {
    browser: 'Browser',
    storage: 'Platz für die Aufzeichnung',
    camera: 'Kamera',
    microphone: 'Mikrofon',
    screen: 'Bildschirmfreigabe',
    processor: 'Prozessor',
    upload: 'Senden',
    'round-trip': 'Antworten',
    clock: 'Uhr',
    power: 'Strom',
  },
  within: (name) => name,
  verdicts: {
    good: 'Geeignet',
    coarser: 'Geeignet, mit gröberem Bild',
    no: 'Nicht geeignet',
    unmeasured: 'Ließ sich nicht messen',
    skipped: 'Nicht getestet',
  },
  summary: {
    failing: (names) =>
      `So wie es jetzt ist, reicht dieses Gerät nicht aus: ${names}. Unten lesen Sie, was Sie tun können; testen Sie danach noch einmal.`,
    good: 'Dieses Gerät ist geeignet.',
    coarser: 'Dieses Gerät ist geeignet, mit gröberem Bild. Ihnen entsteht daraus kein Nachteil.',
    open: (coarser, names) =>
      `Soweit es getestet wurde: Dieses Gerät ist geeignet${coarser ? ', mit gröberem Bild. Ihnen entsteht daraus kein Nachteil' : ''}. Noch offen: ${names}.`,
  },
  text: (title) => `Gerätetest, ${title}`,
  unknownBrowser: 'ein hier nicht bekannter Browser',
  onSystem: (browser, system) => `${browser} unter ${system}`,

  page: {
    waits: 'Wartet.',
    checking: 'Wird getestet …',
    progress: (name) => `Wird getestet: ${name}`,
    again: 'Noch einmal testen',
    leftOut: 'Das haben Sie ausgelassen. Zu Beginn der Prüfung sehen Sie es, bevor irgendetwas aufgezeichnet wird.',
    faulty: (name) =>
      `Etwas in dieser Seite hat nicht funktioniert (${name}). Laden Sie sie neu, und testen Sie noch einmal.`,
    copied: 'Kopiert',
    notCopied: 'Ließ sich nicht kopieren: Unten steht der Text',
  },
  browser: {
    insecure:
      'Diese Seite wurde nicht über eine sichere Verbindung geöffnet, deshalb gibt Ihr Browser ihr Kamera und Mikrofon nicht frei. Öffnen Sie sie noch einmal aus Ihrer Einladung.',
    lacks: (what) =>
      `Diesem Browser fehlt: ${what}. Nehmen Sie eine aktuelle Version von Chrome, Edge, Firefox oder Safari auf einem Computer.`,
    encoding: 'Kodieren (WebCodecs)',
    encodingOf: (source) => `Kodieren des ${source === 'camera' ? 'Kamerabilds' : 'Bildschirms'} (VP8)`,
    encodingSound: 'Kodieren des Tons (Opus)',
    encryption: 'Verschlüsselung (WebCrypto)',
    sharing: 'Freigabe des Bildschirms',
    good: 'Er hat alles, was zum Aufzeichnen nötig ist.',
  },
  storage: {
    none: (name) =>
      `Ihr Browser speichert für diese Seite nichts (${name}); ohne Verbindung könnte eine Aufzeichnung also nicht warten. Verlassen Sie den privaten Modus, oder erlauben Sie dieser Seite, Daten zu speichern, und testen Sie noch einmal.`,
    unknown: `${kept} Wie viel, sagt er nicht; beim Aufzeichnen sehen Sie, wie lange der Platz reicht.`,
    good: (bytes) => `${kept} Der Platz reicht für eine Stunde ohne Verbindung (${bytes}) und länger.`,
    coarser: (minutes) =>
      `${kept} Der Platz reicht für ${minutes} min ohne Verbindung, oder für eine Stunde mit gröberem Bild. ${free}`,
    no: (bytes, minutes) =>
      `${kept} Es ist aber nur Platz für ${bytes}: Ohne Verbindung reicht das ${minutes} min. ${free}`,
  },
  devices: {
    askingCamera:
      'Ihr Browser fragt, ob diese Seite Ihre Kamera verwenden darf. Wählen Sie „Zulassen“. Nur Sie sehen das Bild.',
    askingMicrophone:
      'Ihr Browser fragt, ob diese Seite Ihr Mikrofon verwenden darf. Wählen Sie „Zulassen“, und sagen Sie etwas.',
    refused: (device) =>
      `Ihr Browser hat ${THE[device]} nicht zugelassen. Lassen Sie ${IT[device]} über das Symbol neben der Adresse dieser Seite und in den Datenschutz-Einstellungen Ihres Computers zu; testen Sie dann noch einmal.`,
    notFound: (device) =>
      `Es wurde ${NONE[device]} gefunden. Schließen Sie ${ONE[device]} an oder schalten Sie ${IT[device]} ein, und testen Sie noch einmal.`,
    taken: (device) =>
      `${NAMED[device]} hat nichts geliefert; vielleicht wird das Gerät von einem anderen Programm benutzt. Schließen Sie Videogespräche und Ähnliches, und testen Sie noch einmal.`,
    notStarted: (device) =>
      `${NAMED[device]} ließ sich nicht starten. Schließen Sie das Gerät neu an, und testen Sie noch einmal.`,
    failed: (device, name) => `${NAMED[device]} ließ sich nicht öffnen (${name}). Laden Sie diese Seite neu.`,
    noPicture:
      'Die Kamera ist an, liefert aber kein Bild. Öffnen Sie ihre Blende, schließen Sie sie neu an oder wählen Sie in den Einstellungen Ihres Browsers eine andere, und testen Sie noch einmal.',
    black:
      'Das Bild der Kamera ist schwarz. Öffnen Sie ihre Blende oder Abdeckung, machen Sie Licht, und testen Sie noch einmal.',
    picture: (width, height) => `Sie liefert ein Bild von ${width} × ${height}.`,
    saySomething: 'Sagen Sie etwas.',
    noWayOut:
      'Es ist an. Wie gut man Sie hört, ließ sich nicht messen, weil dieser Computer keinen Ton ausgibt: Schließen Sie Lautsprecher oder Kopfhörer an, und testen Sie noch einmal.',
    silent:
      'Das Mikrofon ist an, aber stumm. Schalten Sie es am Gerät oder auf der Tastatur ein, wählen Sie in den Einstellungen Ihres Browsers ein anderes, und testen Sie noch einmal.',
    quiet: 'Es liefert Ton, aber Sie waren nicht zu hören. Sprechen Sie in der Prüfung näher am Mikrofon.',
    heard: 'Sie sind zu hören.',
    share: 'Geben Sie für einen Moment Ihren ganzen Bildschirm frei. Nur Sie sehen ihn, und er wird nicht gesendet.',
    shareAgain: 'Das war nicht der ganze Bildschirm. Wählen Sie den Eintrag für Ihren gesamten Bildschirm.',
    shareButton: 'Bildschirm freigeben',
    shareAgainButton: 'Noch einmal wählen',
    wrong: (surface) =>
      `Sie haben ${surface === 'window' ? 'ein Fenster' : 'einen Tab'} freigegeben; die Prüfung braucht den ganzen Bildschirm. Testen Sie noch einmal, und wählen Sie Ihren gesamten Bildschirm.`,
    noScreen:
      'Der Bildschirm war freigegeben, lieferte aber kein Bild. Erlauben Sie Ihrem Browser in den Datenschutz-Einstellungen Ihres Computers, den Bildschirm aufzunehmen, und testen Sie noch einmal.',
    unverified:
      'Er liefert ein Bild. Ihr Browser sagt nicht, was freigegeben ist; wählen Sie also Ihren ganzen Bildschirm. Daraus, dass er es nicht sagt, entsteht Ihnen kein Nachteil.',
    screen: 'Ihr ganzer Bildschirm lässt sich freigeben.',
  },
  processor: {
    unable: 'Dieser Browser kann keine Bilder kodieren.',
    failed: (name) => `Dieser Browser konnte hier kein Bild kodieren (${name}). Laden Sie diese Seite neu.`,
    good: encodes,
    coarser: (times) =>
      `${encodes(times)} Für die Prüfung selbst bleibt dabei wenig übrig, deshalb werden weniger Bilder pro Sekunde aufgezeichnet. Schließen Sie andere Programme und Tabs, und stecken Sie das Netzteil ein.`,
    no: (times) =>
      `${encodes(times)} Das reicht nicht einmal für das gröbste Bild. Schließen Sie andere Programme und Tabs, stecken Sie das Netzteil ein und testen Sie noch einmal, oder nehmen Sie einen anderen Computer.`,
  },
  line: {
    soFar: (rate) => `Bisher ${rate}.`,
    good: (rate, most) => `${line(rate)} Das feinste Bild braucht ${most}.`,
    coarser: (rate, most) =>
      `${line(rate)} Das feinste Bild braucht ${most}; beim Aufzeichnen wird das Bild von selbst gröber, und Ihnen entsteht daraus nie ein Nachteil. ${mendingLine}`,
    no: (rate, least) =>
      `${line(rate)} Selbst das gröbste Bild braucht ${least}. Was nicht gesendet werden kann, wartet in Ihrem Browser und müsste nach der Prüfung gesendet werden. ${mendingLine}`,
    noAnswer: 'Der Prüfungsserver hat nicht geantwortet. Prüfen Sie Ihre Verbindung, und testen Sie noch einmal.',
    noTime: 'Die Zeit des Prüfungsservers war nicht zu erfahren.',
    trip,
    longTrip: (milliseconds) =>
      `${trip(milliseconds)} Das ist lang, stört die Aufzeichnung aber nicht. Die Seiten der Prüfung selbst können langsam sein; vielleicht hilft ein anderes Netz.`,
  },
  clock: {
    right: 'Die Uhr Ihres Computers geht richtig.',
    off: (amount, fast) =>
      `Die Uhr Ihres Computers geht ${amount} ${fast ? 'vor' : 'nach'}. Die Aufzeichnung funktioniert, aber die Zeiten, die Sie sehen, wären falsch: Lassen Sie Ihren Computer die Uhr selbst stellen.`,
  },
  power: {
    unknown: `Ihr Browser verrät es nicht. Stecken Sie das Netzteil ein. ${awake}`,
    plugged: `Der Computer hängt am Strom. ${awake}`,
    battery: (percent) =>
      `Der Computer läuft mit Akku, der bei ${percent} % steht. Stecken Sie für die Prüfung das Netzteil ein. ${awake}`,
  },
};
