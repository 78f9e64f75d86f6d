import type { IconName } from '../ui/icons.tsx';
import type { StatusKind } from '../ui/status.tsx';
import type { State } from './attendance.ts';

/** How each state is said, on the page of an exam while it is sat and on its roster. */
export const STATES: Record<State, { kind: StatusKind; icon: IconName; says: string }> = {
  recording: { kind: 'good', icon: 'good', says: 'Recording' },
  buffering: { kind: 'notice', icon: 'sending', says: 'Buffering' },
  offline: { kind: 'notice', icon: 'plug', says: 'Offline' },
  break: { kind: 'quiet', icon: 'clock', says: 'On a break' },
  finishing: { kind: 'good', icon: 'sending', says: 'Finished, sending the rest' },
  finished: { kind: 'good', icon: 'seal', says: 'Finished' },
  'not-started': { kind: 'quiet', icon: 'quiet', says: 'Not started' },
  'no-show': { kind: 'quiet', icon: 'clock', says: 'Did not begin' },
  elsewhere: { kind: 'quiet', icon: 'people', says: 'Sits it another way' },
};
