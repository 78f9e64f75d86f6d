/** Which devices are asked for. */
export type Asked = 'camera' | 'microphone' | 'both';
type Source = 'camera' | 'screen';

const WORDS: Record<Asked, string> = { camera: 'camera', microphone: 'microphone', both: 'camera and microphone' };
const IT: Record<Asked, string> = { camera: 'it', microphone: 'it', both: 'both' };
const EITHER: Record<Asked, string> = { camera: 'camera', microphone: 'microphone', both: 'camera or microphone' };
const NONE: Record<Asked, string> = { camera: 'camera', microphone: 'microphone', both: 'camera or no microphone' };
const silent = 'Recording goes on with silence until it gives sound; this is not held against you.';
const goesOn = 'Recording goes on by itself as soon as it is back. This is not held against you.';
const meanwhile = 'Go on with your exam meanwhile; this is not held against you.';
const notHeld = 'This is not held against you.';
const share = 'Share your screen';
const shareAgain = 'Share your screen again';
const turnOnAgain = 'Turn on your camera again';
const rate = (frameRate: number) => {
  if (frameRate >= 1.5) return `${Math.round(frameRate)} pictures a second`;
  const seconds = Math.round(1 / frameRate);
  return seconds === 1 ? 'a picture a second' : `a picture every ${seconds} s`;
};

/** What the recorder's page says while it turns on, records and sends. */
export const recorder = {
  meanwhile,
  page: {
    incomplete: (missing: string) =>
      `This page is incomplete, so it cannot record (${missing} missing). Reload it; if this comes back, tell your institution. You did nothing wrong.`,
    /** In the window's title. */
    notRecording: 'Not recording',
    off: (kinds: ('camera' | 'microphone' | 'screen')[]) => `${kinds.join(', ')} off`,
    contradicted:
      'Two links that you opened in this tab name different keys, so nothing is recorded. Somebody may be between you and your institution. Close this tab and open the link in your invitation in a new one; if this sentence comes back, tell your institution.',
    unchecked:
      'The address you came by names no key, so this page could not compare it by itself. Open the whole link from your invitation for that, or compare the fingerprint on your exam’s first page with the one in your invitation.',
    notLoaded: 'A part of this page could not be loaded, so it cannot record. Reload the page.',
    insecure:
      'This page was not opened over a secure connection, so your browser keeps camera, microphone and screen closed to it. Open your personal link again.',
    unable:
      'This browser cannot record. Use a current Chrome, Edge, Firefox or Safari on a computer, and open your personal link there.',
    replaced: (contact: string) =>
      `Your exam goes on in another browser, so recording has stopped here. What this page had not sent yet is still being sent: leave it open for a moment. Did you not open the exam elsewhere? Then tell ${contact}.`,
  },
  devices: {
    turnOn: (asked: Asked) => `Turn on ${WORDS[asked]}`,
    asking: (asked: Asked) => `Your browser asks whether this page may use your ${WORDS[asked]}. Choose “Allow”.`,
    unanswered: (asked: Asked) =>
      `Your browser has not answered. Look for its question beside this page’s address and choose “Allow”; if there is none, choose “Turn on ${WORDS[asked]}” again.`,
    refused: (asked: Asked, button: string) =>
      `Your browser did not allow the ${WORDS[asked]}. Allow ${IT[asked]} with the icon beside this page’s address, then choose “${button}”.`,
    notFound: (asked: Asked, button: string) =>
      `No ${NONE[asked]} was found. Connect ${IT[asked]}, then choose “${button}”.`,
    gone: (asked: Asked, button: string) =>
      `The ${EITHER[asked]} you chose is not there any more. Choose another one, then choose “${button}”.`,
    taken: (asked: Asked, button: string) =>
      `Your ${EITHER[asked]} gave nothing; another program may be using it. Close other programs that use it, such as video calls, then choose “${button}”.`,
    failed: (asked: Asked, name: string, button: string) =>
      `Your ${WORDS[asked]} could not be turned on (${name}). Reload the page, then choose “${button}”.`,
    silence: {
      refused: `Your browser does not allow the microphone. Allow it with the icon beside this page’s address. ${silent}`,
      notFound: `No microphone was found. Connect one, and it is used by itself. ${silent}`,
      gone: `The microphone you chose is not there any more, and no other one could be used. Connect one, and it is used by itself. ${silent}`,
      taken: `Your microphone gives no sound; another program may be using it. Close programs that use it. ${silent}`,
    },
    numbered: (kind: 'camera' | 'microphone', number: number) =>
      `${kind === 'camera' ? 'Camera' : 'Microphone'} ${number}`,
  },
  screen: {
    share,
    shareAgain,
    asking: 'Your browser asks what to share. Choose the entire screen.',
    wrong: (surface: 'window' | 'browser', button: string) =>
      `You shared ${surface === 'window' ? 'a window' : 'a browser tab'}. This exam records the whole screen: choose “${button}” once more and take “Entire screen” in your browser’s question.`,
    refused: (button: string) =>
      `Your screen is not shared: the question was closed, or your computer does not let this browser share it. To share it, choose “${button}” and then “Entire screen”. On a Mac, allow it under System Settings, Privacy & Security, Screen Recording.`,
    unable: 'This browser cannot share a screen. Use a current Chrome, Edge, Firefox or Safari on a computer.',
    failed: (name: string, button: string) =>
      `Your screen could not be shared (${name}). To try again, choose “${button}”.`,
    shared: 'Your screen is shared.',
    unverified:
      'Your screen is shared. This browser does not tell whether it is the entire screen; please look at the picture below. That it cannot be told is not held against you.',
    ended: `Sharing your screen has ended. To share it, choose “${share}” once more.`,
  },
  check: {
    start: 'Start recording',
    running: 'Your exam is running, and recording goes on.',
    goOn: 'Go on',
    /** On the button that starts, or goes on, although something is missing. */
    without: (missing: Source[], running: boolean) =>
      `${running ? 'Go on' : 'Start'} without ${missing.map((source) => `your ${source}`).join(' and ')}`,
    nothing: (contact: string) =>
      `Nothing can be recorded like this. If it does not work, or you would rather not: Please tell ${contact}. ${notHeld}`,
    either: (missing: Source[], contact: string) =>
      `You can try again, or go on without ${missing.map((source) => `your ${source}`).join(' and ')}: the recording then says that it was not there. ${notHeld} Please tell ${contact}.`,
    cameraEnded: (asked: Asked) =>
      `Your camera has stopped. Check that it is connected, then choose “Turn on ${WORDS[asked]}”.`,
    works: {
      microphone: 'Your microphone is on. If the bar moves when you speak, it works.',
      camera: 'Your camera is on. If you see yourself, it works.',
      both: 'Camera and microphone are on. If you see yourself and the bar moves when you speak, they work.',
    },
  },
  record: {
    turnOnAgain,
    screenOff: `Your screen is not shared. Choose “${shareAgain}” and then “Entire screen”. ${meanwhile}`,
    cameraOff: `Your camera is off. Choose “${turnOnAgain}”. ${meanwhile}`,
    onAgain: (source: Source) => `Your ${source} is on again, and recording goes on.`,
    screenEnded: `Sharing your screen has ended. Choose “${shareAgain}” and then “Entire screen”. ${meanwhile}`,
    broken: `Your browser could not go on encoding the picture or sound; it is tried again every few seconds. ${meanwhile}`,
    unheard:
      'Your browser passes on no sound. Firefox does so only while loudspeakers or headphones are connected: connect some. Recording goes on with silence until then; this is not held against you.',
    cameraEnded: `Your camera stopped. Check that it is connected and allowed. ${goesOn}`,
    cameraSilent: (seconds: number) =>
      `Nothing came from your camera for ${seconds} s. Check that no other program uses it and that it is not switched off. ${goesOn}`,
    cameraMuted: `Your camera gives nothing just now. Check that it is not switched off or covered by its shutter. ${goesOn}`,
    ratherNot: (contact: string) => `If you cannot or would rather not share it, tell ${contact}.`,
  },
  pace: {
    /** @param thinned frames a second of each source that is thinned @param several whether more is recorded than one source */
    thinned: (line: boolean, thinned: [Source, number][], several: boolean) =>
      `${line ? 'Your line is slow' : 'Your computer is busy'}: recording ${thinned
        .map(([source, frames]) => (several ? `${rate(frames)} of the ${source}` : rate(frames)))
        .join(' and ')}. ${notHeld}`,
  },
  truth: {
    /** @param amount such as "12 s"; null where all of it is on its way */
    waiting: (amount: string | null) => `${amount ?? 'the rest is'} waiting to be sent`,
    /** With the space that parts it from the next sentence. */
    room: (amount: string) => `There is room for ${amount}. `,
    troubles: {
      offline: (waiting: string, room: string) =>
        `Your connection paused: ${waiting}; nothing is lost. ${room}Leave this page open.`,
      busy: (waiting: string, room: string) =>
        `The appliance is busy: ${waiting}; nothing is lost. ${room}Leave this page open.`,
      'disk-full': (waiting: string, room: string) =>
        `The appliance is short of space: ${waiting}; nothing is lost. ${room}Leave this page open.`,
      session: (waiting: string, room: string) =>
        `Your session has ended: ${waiting}; nothing is lost. ${room}Open your personal link in another tab of this browser and leave this page open.`,
      'other-link': (waiting: string, room: string) =>
        `Another exam link was opened in this browser. Open your own link again; nothing is lost. ${room}${waiting}.`,
      'other-browser': () =>
        'Everything that was recorded here is stored. Your exam was open in another browser too, and its last part has not arrived yet: open the exam’s page there until it is sent, if you can. This page goes on trying by itself; nothing is lost.',
      'no-room': (waiting: string) =>
        `This computer has no room for more, so nothing is recorded until some of it is sent: ${waiting}, and none of that is lost. Check your connection or free some disk space; recording then goes on by itself. This is not held against you.`,
    },
    late: (waiting: string, room: string) => `${waiting}; nothing is lost. ${room}`,
    begun: 'Recording has begun. Nothing is stored yet.',
    stored: (time: string) => `Everything up to ${time} is stored.`,
    /** Why an exam that was started does not begin yet, and what to do. */
    starts: {
      offline: `Your connection paused, so recording cannot begin yet. This page goes on by itself as soon as it is back. ${notHeld}`,
      busy: `The appliance is busy, so recording cannot begin yet. This page goes on by itself; leave it open. ${notHeld}`,
      'disk-full': `The appliance is short of space, so recording cannot begin yet. This page goes on by itself; leave it open. ${notHeld}`,
      session: `Your session has ended, so recording cannot begin yet. Open your personal link again in another tab of this browser; this page then goes on by itself. ${notHeld}`,
      'other-link': `Another exam link was opened in this browser, so recording cannot begin yet. Open your own personal link again in another tab; this page then goes on by itself. ${notHeld}`,
    },
  },
  sealing: {
    begun: 'Sending what is left. Leave this page open.',
    until: (moment: string) =>
      `If this page is closed before, or your computer switched off, nothing is lost: open your personal link again in this browser, until ${moment}, and the rest is sent.`,
    left: (size: string) => `Sending what is left: ${size}. Leave this page open.`,
    stored: 'Everything is stored. Your recording is being sealed.',
  },
};
