/** What recording asks of a device, from what an exam records. Pure: server and page reckon with the same figures. */
import type { RecordedKinds, Source } from '../../wire.ts';
import { SOUND_BITRATE } from '../recorder/sound-bitrate.ts';
import { locale } from '../words/language.ts';

/** What encryption, HTTP and TLS add. */
const ENVELOPING = 1.05;
/** Times the load that a line has to carry, because lines vary. */
const MARGIN = 1.25;
/** Seconds that a browser has to be able to keep while there is no connection. */
const OFFLINE_SECONDS = 3600;

/** Of everything that is recorded together. */
export interface Load {
  /** Bits a second that have to be sent. */
  bitrate: number;
  /** Bits a second that a line should have for it. */
  line: number;
  /** Bytes that an hour without a connection gathers. */
  hourBytes: number;
}

/** The finest and the coarsest that the exam records. */
export interface Needs {
  most: Load;
  least: Load;
}

/** Size in which each source is tried and recorded. */
export const PICTURE: Record<Source, { width: number; height: number }> = {
  camera: { width: 640, height: 480 },
  screen: { width: 1280, height: 720 },
};

export function needsOf({ sources, sound, bounds }: RecordedKinds): Needs {
  const loadOf = (which: 'most' | 'least'): Load => {
    const picture = sources.reduce((sum, source) => sum + bounds[source][which].bitrate, 0);
    const bitrate = Math.round(ENVELOPING * (picture + (sound ? SOUND_BITRATE : 0)));
    return { bitrate, line: MARGIN * bitrate, hourBytes: (bitrate / 8) * OFFLINE_SECONDS };
  };
  return { most: loadOf('most'), least: loadOf('least') };
}

/** @param spoken the language that the number is written in: the page's, which a server says for itself */
export function formatNumber(number: number, digits: number, spoken: string = locale): string {
  return number.toLocaleString(spoken, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** @param bitrate bits a second @returns "1.2 Mbit/s" or "140 kbit/s" */
export function formatRate(bitrate: number, spoken: string = locale): string {
  return bitrate >= 1e6
    ? `${formatNumber(bitrate / 1e6, 1, spoken)} Mbit/s`
    : `${formatNumber(bitrate / 1000, 0, spoken)} kbit/s`;
}

/** @returns "480 MB" or "1.2 GB" */
export function formatBytes(bytes: number, spoken: string = locale): string {
  return bytes >= 1e9 ? `${formatNumber(bytes / 1e9, 1, spoken)} GB` : `${formatNumber(bytes / 1e6, 0, spoken)} MB`;
}
