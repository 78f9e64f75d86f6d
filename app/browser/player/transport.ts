import { SPEEDS, type Clock } from './clock.ts';

/** Seconds that a frame lasts when the pictures have not told yet. */
const FRAME = 1 / 15;

/**
 * Moves the clock by keys and by buttons (`data-command`, the same names). Keys typed into a field or while a dialog is open are left alone.
 * @returns a function that takes both away
 */
export function connectTransport(
  player: HTMLElement,
  clock: Clock,
  others: { keys: () => void; arrange: () => void },
): () => void {
  const frame = measureFrames(clock);
  const byFrame = (direction: number) => {
    clock.pause();
    clock.step(direction * frame());
  };
  const bySpeed = (direction: number) => {
    const at = SPEEDS.findIndex((speed) => speed === clock.speed);
    clock.changeSpeed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at + direction))]!);
  };
  const commands: Record<string, () => void> = {
    play: () => (clock.wantsToPlay ? clock.pause() : clock.play()),
    'back-10': () => clock.step(-10),
    'forward-10': () => clock.step(10),
    'back-5': () => clock.step(-5),
    'forward-5': () => clock.step(5),
    'frame-back': () => byFrame(-1),
    'frame-forward': () => byFrame(1),
    slower: () => bySpeed(-1),
    faster: () => bySpeed(1),
    ...others,
  };
  const keys: Record<string, string> = {
    ' ': 'play',
    k: 'play',
    j: 'back-10',
    l: 'forward-10',
    ArrowLeft: 'back-5',
    ArrowRight: 'forward-5',
    ',': 'frame-back',
    '.': 'frame-forward',
    '[': 'slower',
    ']': 'faster',
    c: 'arrange',
    '?': 'keys',
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (document.querySelector('dialog[open]')) return;
    // For a frame after a dialog has closed, what had the focus in it still has it.
    const focused = target.closest('dialog') ? document.body : target;
    if (focused.closest('input, textarea, select')) return;
    if (event.key === ' ' && focused.closest('button, a, summary')) return;
    const command = commands[keys[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? ''];
    if (/^[0-9]$/.test(event.key)) clock.seek((clock.end * Number(event.key)) / 10);
    else if (command) command();
    else return;
    event.preventDefault();
  };
  const click = (event: Event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>('[data-command]');
    commands[button?.dataset['command'] ?? '']?.();
  };
  document.addEventListener('keydown', press);
  player.addEventListener('click', click);
  return () => {
    document.removeEventListener('keydown', press);
    player.removeEventListener('click', click);
  };
}

/** @returns a function that tells how long the shown frames last, in seconds, learnt while they play */
function measureFrames(clock: Clock): () => number {
  let shortest = FRAME;
  const video = clock.tracks[0]?.video;
  let last: { mediaTime: number; presented: number } | undefined;
  const learn: VideoFrameRequestCallback = (_, { mediaTime, presentedFrames }) => {
    const step = last && presentedFrames === last.presented + 1 ? mediaTime - last.mediaTime : 0;
    if (step > 0.005 && step < 0.5) shortest = step;
    last = { mediaTime, presented: presentedFrames };
    video?.requestVideoFrameCallback(learn);
  };
  video?.requestVideoFrameCallback(learn);
  return () => shortest;
}
