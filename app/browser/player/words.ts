import type { Source } from '../../wire.ts';
import type { HoleCause } from './layout.ts';
import type { FaultySegment } from './segment.ts';

/** What is wrong with a segment, after "Segment 12 at 10:02:31". */
export const FAULTS: Record<FaultySegment['fault'], string> = {
  altered: 'was changed after it was recorded',
  misplaced: 'was stored in another segment’s place',
  'foreign-recording': 'belongs to another recording',
  'foreign-chapter': 'belongs to another chapter',
  unreadable: 'is not a segment of a recording',
  unfetched: 'is not in the store any more',
};

/** Why there is no picture. Causes of gaps are neutral, every one of them. */
export const HOLES: Record<HoleCause, string> = {
  reload: 'Nothing was recorded here: the page was loaded again.',
  closed: 'Nothing was recorded here: the browser or the computer was closed.',
  asleep: 'Nothing was recorded here: the computer was asleep.',
  device: 'Nothing was recorded here: the camera or the microphone gave nothing.',
  permission: 'Nothing was recorded here: the browser’s permission was withdrawn.',
  sharing: 'Nothing was recorded here: the screen was not shared.',
  space: 'Nothing was recorded here: the browser had no room left for what was not yet sent.',
  break: 'Nothing was recorded here: the test taker was on a break that they may take.',
  'after-break':
    'Nothing was recorded here: the minutes of a break were over, and recording had not been gone on with yet.',
  before: 'Nothing was recorded here: this recording had not begun yet.',
  after: 'Nothing was recorded here: this recording had ended.',
  moved: 'Nothing was recorded here: the test taker went on in another browser.',
  unknown: 'Nothing was recorded here; no cause is known (a lost connection, for instance).',
  lacking: 'Picture or sound is missing here.',
  withheld: 'This part is not part of this release.',
  locked:
    'This part is not registered with key custody, or not yet: nobody is given its key. Try again in a few minutes.',
  unopened: 'This part cannot be opened.',
  refused: 'This part was refused, because it is not what was recorded.',
  unfetched: 'This part could not be fetched.',
};

export const SOURCE_NAMES: Record<Source, string> = { camera: 'Camera', screen: 'Screen' };

export const FORMAT_SENTENCE =
  'This browser cannot play the recording’s format. Use a current Chrome, Edge, Firefox or Safari.';

/** What browsers note of an exam's restrictions. Of all others, the name. */
export const INCIDENTS: Record<string, string> = {
  'full-screen': 'the exam’s page was not in full screen',
  'left-page': 'the exam’s page was not in front',
  'one-screen': 'a second screen was connected',
};
