/** Where the browser has no way to read a track: passes on what the microphone gives, one channel, to the capture worker. */
import type { SoundBlock } from './capture-messages.ts';

declare const sampleRate: number;
declare const currentTime: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

/** A tenth of a second at the usual rates: fewer messages than the 128 frames that come at a time. */
const BLOCK_FRAMES = 4096;

class Microphone extends AudioWorkletProcessor {
  #out: MessagePort | null = null;
  #samples = new Float32Array(BLOCK_FRAMES);
  #filled = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<MessagePort>) => (this.#out = data);
  }

  process([channels]: Float32Array[][]): boolean {
    const length = channels?.[0]?.length ?? 0;
    if (!channels || length === 0) return true;
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (const channel of channels) sum += channel[i] ?? 0;
      this.#samples[this.#filled++] = sum / channels.length;
    }
    if (this.#filled + length <= BLOCK_FRAMES) return true;
    const stamp = 1000 * (currentTime - (this.#filled - length) / sampleRate);
    const block: SoundBlock = { stamp, sampleRate, samples: this.#samples.slice(0, this.#filled) };
    this.#out?.postMessage(block, [block.samples.buffer]);
    this.#filled = 0;
    return true;
  }
}

registerProcessor('microphone', Microphone);
