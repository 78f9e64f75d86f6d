import { CaptureClock } from './capture-clock.ts';
import type { SoundBlock } from './capture-messages.ts';
import { SOUND_BITRATE } from './sound-bitrate.ts';
import { STALL } from './pulse.ts';
import { SoundLine } from './sound-line.ts';

/** Milliseconds after which sound that has not come is taken to be silence. */
const LATENESS = 1000;
/** Milliseconds of sound that are kept while it is not known where it belongs: the picture's beginning is found within a stall. */
const HELD = STALL;
/** Encoded in pieces of this many seconds: the encoder is called ten times a second instead of a hundred. */
const PIECE_SECONDS = 0.1;

/** Encodes what the microphone hears, one channel, without a hole: where nothing is heard stands silence. */
export class Sound {
  #encoder: AudioEncoder;
  #clock = new CaptureClock();
  /** What was heard and is not yet laid into the line: times by its own clock. */
  #held: { time: number; arrived: number; sampleRate: number; samples: Float32Array }[] = [];
  #line: SoundLine | null = null;
  #encoded = 0;
  #piece = new Float32Array();
  #filled = 0;
  #changed: (sampleRate: number) => void;
  #silentRate: number;

  /**
   * @param changed the microphone's sample rate is another one now
   * @param silentRate samples a second of silence, where it comes before any sound
   */
  constructor(
    output: (chunk: EncodedAudioChunk) => void,
    error: (error: unknown) => void,
    changed: (sampleRate: number) => void,
    silentRate: number,
  ) {
    this.#encoder = new AudioEncoder({ output, error });
    this.#changed = changed;
    this.#silentRate = silentRate;
  }

  /** Of what is encoded; null before the first. */
  get sampleRate(): number | null {
    return this.#line?.sampleRate ?? null;
  }

  /** @param arrived ms @param zero ms at which the picture began; null until that is known */
  add({ stamp, sampleRate, samples }: SoundBlock, arrived: number, zero: number | null): void {
    this.#held.push({ time: this.#clock.timeOf(stamp, arrived), arrived, sampleRate, samples });
    if (zero !== null && this.#clock.settled) return this.#lay(zero);
    // What was heard long before the first frame is part of no run.
    while ((this.#held[0]?.arrived ?? arrived) < arrived - HELD) this.#held.shift();
  }

  /** Fills up with silence what no sound came for. @param now ms */
  fill(now: number, zero: number | null): void {
    if (zero === null || now - LATENESS < zero) return;
    this.#clock.settle(now);
    if (this.#clock.settled) this.#lay(zero);
    // A microphone that has just begun: where its first sound belongs is known in a moment.
    const until = Math.min(now - LATENESS, this.#held.length > 0 ? (this.#clock.zero ?? now) : now);
    const line = this.#line ?? this.#begin(this.#held[0]?.sampleRate ?? this.#silentRate);
    this.#write(line.silenceUntil(until - zero));
  }

  /** @param until ms at which the picture ends */
  async finish(until: number, zero: number | null): Promise<void> {
    if (zero === null) return;
    this.#clock.settle(Infinity);
    this.#lay(zero);
    const line = this.#line ?? this.#begin(this.#silentRate);
    this.#write(line.silenceUntil(until - zero));
    this.#encode();
    await this.#encoder.flush();
  }

  /** Lays what is held where it was captured. */
  #lay(zero: number): void {
    const began = (this.#clock.zero ?? zero) - zero;
    for (const { time, sampleRate, samples } of this.#held.splice(0)) {
      // What was heard before the first frame is part of no run.
      if (began + time + (1000 * samples.length) / sampleRate <= 0) continue;
      const line = this.#line ?? this.#begin(sampleRate);
      if (line.sampleRate !== sampleRate) return this.#changed(sampleRate);
      const { silence, skip } = line.place(began + time, samples.length);
      this.#write(silence);
      this.#write(samples.subarray(skip));
    }
  }

  #begin(sampleRate: number): SoundLine {
    this.#encoder.configure({ codec: 'opus', sampleRate, numberOfChannels: 1, bitrate: SOUND_BITRATE });
    this.#piece = new Float32Array(Math.round(PIECE_SECONDS * sampleRate));
    this.#line = new SoundLine(sampleRate);
    return this.#line;
  }

  /** @param what samples, or how many of silence */
  #write(what: Float32Array | number): void {
    const length = typeof what === 'number' ? what : what.length;
    for (let at = 0; at < length; ) {
      const count = Math.min(length - at, this.#piece.length - this.#filled);
      if (typeof what === 'number') this.#piece.fill(0, this.#filled, this.#filled + count);
      else this.#piece.set(what.subarray(at, at + count), this.#filled);
      at += count;
      this.#filled += count;
      if (this.#filled === this.#piece.length) this.#encode();
    }
  }

  #encode(): void {
    if (!this.#line || this.#filled === 0) return;
    const { sampleRate } = this.#line;
    const data = new AudioData({
      format: 'f32-planar',
      sampleRate,
      numberOfChannels: 1,
      numberOfFrames: this.#filled,
      timestamp: Math.round((1e6 * this.#encoded) / sampleRate),
      data: this.#piece.slice(0, this.#filled),
    });
    this.#encoder.encode(data);
    data.close();
    this.#encoded += this.#filled;
    this.#filled = 0;
  }
}

/** @returns the block in one channel; closes the data */
export function blockOf(data: AudioData): SoundBlock {
  const { numberOfFrames, numberOfChannels, sampleRate, timestamp } = data;
  const samples = new Float32Array(numberOfFrames);
  const channel = new Float32Array(numberOfFrames);
  for (let planeIndex = 0; planeIndex < numberOfChannels; planeIndex++) {
    data.copyTo(channel, { planeIndex, format: 'f32-planar' });
    for (let i = 0; i < numberOfFrames; i++) samples[i]! += channel[i]! / numberOfChannels;
  }
  data.close();
  return { stamp: timestamp / 1000, sampleRate, samples };
}
