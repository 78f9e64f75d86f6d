type Device = 'camera' | 'microphone' | 'screen';

const mendingLine =
  'Use a cable or come closer to the Wi-Fi router, stop downloads and other people’s videos meanwhile, or try another network.';
const kept = 'Your browser keeps data for this page.';
const free = 'Free some space on this computer, and leave private browsing.';
const awake = 'Switch off that it sleeps by itself, for as long as the exam lasts.';
const line = (rate: string) => `Your line sends ${rate}.`;
const encodes = (times: string) => `Your computer encodes what is recorded ${times} times as fast as it comes.`;
const trip = (milliseconds: number) => `An answer takes ${milliseconds} ms.`;

/** What the system check says. */
export const check = {
  names: {
    browser: 'Browser',
    storage: 'Room for the recording',
    camera: 'Camera',
    microphone: 'Microphone',
    screen: 'Screen sharing',
    processor: 'Processor',
    upload: 'Upload',
    'round-trip': 'Answers',
    clock: 'Clock',
    power: 'Power',
  },
  /** A name as it stands within a sentence. */
  within: (name: string) => name.toLowerCase(),
  verdicts: {
    good: 'Will do',
    coarser: 'Will do, with a coarser picture',
    no: 'Does not do',
    unmeasured: 'Could not be measured',
    skipped: 'Not checked',
  },
  summary: {
    failing: (names: string) =>
      `As it stands this device does not do: ${names}. Below you read what to do about it; then check again.`,
    good: 'This device will do.',
    coarser: 'This device will do, with a coarser picture. Nothing of that is held against you.',
    open: (coarser: boolean, names: string) =>
      `As far as it was checked: ${coarser ? 'this device will do, with a coarser picture. Nothing of that is held against you.' : 'this device will do.'} Still open: ${names}.`,
  },
  text: (title: string) => `System check, ${title}`,
  unknownBrowser: 'a browser that is not known here',
  onSystem: (browser: string, system: string) => `${browser} on ${system}`,

  page: {
    waits: 'Waits.',
    checking: 'Checking …',
    progress: (name: string) => `Checking: ${name}`,
    again: 'Check again',
    leftOut: 'You left this out. You see it at the start of the exam, before anything is recorded.',
    faulty: (name: string) => `Something in this page did not work (${name}). Reload it, and check again.`,
    copied: 'Copied',
    notCopied: 'Could not be copied: take it from below',
  },
  browser: {
    insecure:
      'This page was not opened over a secure connection, so your browser keeps camera and microphone closed to it. Open it again from your invitation.',
    lacks: (what: string) => `This browser lacks ${what}. Use a current Chrome, Edge, Firefox or Safari on a computer.`,
    encoding: 'encoding (WebCodecs)',
    encodingOf: (source: 'camera' | 'screen') => `encoding the ${source} (VP8)`,
    encodingSound: 'encoding sound (Opus)',
    encryption: 'encryption (WebCrypto)',
    sharing: 'sharing the screen',
    good: 'It has everything that recording needs.',
  },
  storage: {
    none: (name: string) =>
      `Your browser keeps no data for this page (${name}), so a recording could not wait there while there is no connection. Leave private browsing, or allow this page to keep data, and check again.`,
    unknown: `${kept} It does not say how much; the recorder shows how long it lasts.`,
    good: (bytes: string) => `${kept} There is room for an hour without a connection (${bytes}) and more.`,
    coarser: (minutes: number) =>
      `${kept} There is room for ${minutes} min without a connection, or for an hour of a coarser picture. ${free}`,
    no: (bytes: string, minutes: number) =>
      `${kept} There is room for only ${bytes}: without a connection that lasts ${minutes} min. ${free}`,
  },
  devices: {
    askingCamera: 'Your browser asks whether this page may use your camera. Choose “Allow”. Only you see the picture.',
    askingMicrophone: 'Your browser asks whether this page may use your microphone. Choose “Allow”, and say something.',
    refused: (device: Device) =>
      `Your browser did not allow the ${device}. Allow it with the icon beside this page’s address, and in your computer’s privacy settings; then check again.`,
    notFound: (device: Device) => `No ${device} was found. Connect one or switch it on, and check again.`,
    taken: (device: Device) =>
      `The ${device} gave nothing; another program may be using it. Close video calls and the like, and check again.`,
    notStarted: (device: Device) => `The ${device} could not be started. Connect it anew, and check again.`,
    failed: (device: Device, name: string) => `The ${device} could not be opened (${name}). Reload this page.`,
    noPicture:
      'The camera is on but gives no picture. Open its shutter, connect it anew or choose another one in your browser’s settings, and check again.',
    black: 'The camera’s picture is black. Open its shutter or its cover, let in some light, and check again.',
    picture: (width: number, height: number) => `It gives a picture of ${width} × ${height}.`,
    saySomething: 'Say something.',
    noWayOut:
      'It is on. How well you are heard could not be measured, because this computer gives out no sound: connect loudspeakers or headphones, and check again.',
    silent:
      'The microphone is on but silent. Switch it on at the device or the keyboard, choose another one in your browser’s settings, and check again.',
    quiet: 'It gives sound, but you were not heard. Speak closer to it in the exam.',
    heard: 'You are heard.',
    share: 'Share your whole screen for a moment. Only you see it, and it is not sent.',
    shareAgain: 'That was not the whole screen. Choose the entry for your entire screen.',
    shareButton: 'Share the screen',
    shareAgainButton: 'Choose again',
    wrong: (surface: 'window' | 'browser') =>
      `You shared a ${surface === 'window' ? 'window' : 'tab'}; the exam asks for the whole screen. Check again and choose your entire screen.`,
    noScreen:
      'The screen was shared but gave no picture. Allow your browser to record the screen in your computer’s privacy settings, and check again.',
    unverified:
      'It gives a picture. Your browser does not say what is shared, so choose your whole screen; that it cannot be told is not held against you.',
    screen: 'Your whole screen can be shared.',
  },
  processor: {
    unable: 'This browser cannot encode pictures.',
    failed: (name: string) => `This browser could not encode a picture here (${name}). Reload this page.`,
    good: encodes,
    coarser: (times: string) =>
      `${encodes(times)} That leaves little for the exam itself, so the recorder takes fewer pictures a second. Close other programs and tabs, and plug the computer in.`,
    no: (times: string) =>
      `${encodes(times)} That is too slow even for the coarsest picture. Close other programs and tabs, plug the computer in and check again, or use another computer.`,
  },
  line: {
    soFar: (rate: string) => `${rate} so far.`,
    good: (rate: string, most: string) => `${line(rate)} The finest picture needs ${most}.`,
    coarser: (rate: string, most: string) =>
      `${line(rate)} The finest picture needs ${most}; the recorder makes the picture coarser by itself, and that is never held against you. ${mendingLine}`,
    no: (rate: string, least: string) =>
      `${line(rate)} Even the coarsest picture needs ${least}. What cannot be sent waits in your browser, and would have to be sent after the exam. ${mendingLine}`,
    noAnswer: 'The appliance did not answer. Check your connection, and check again.',
    noTime: 'The appliance’s time was not to be had.',
    trip,
    longTrip: (milliseconds: number) =>
      `${trip(milliseconds)} That is long, but recording does not mind. The exam’s own pages may be slow; another network may help.`,
  },
  clock: {
    right: 'Your computer’s clock is right.',
    off: (amount: string, fast: boolean) =>
      `Your computer’s clock is ${amount} ${fast ? 'fast' : 'slow'}. Recording works, but the times that you see would be off: let your computer set its clock by itself.`,
  },
  power: {
    unknown: `Your browser does not tell. Plug the computer in. ${awake}`,
    plugged: `The computer is plugged in. ${awake}`,
    battery: (percent: number) =>
      `The computer runs on its battery, at ${percent} %. Plug it in for the exam. ${awake}`,
  },
};
