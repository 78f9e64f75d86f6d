import type { Cluster } from './capture-messages.ts';
import { type Packet, webmCluster } from './webm.ts';

/** A cluster begins with the first keyframe that is so many ms behind the one before it: they come every two seconds. */
const SHORTEST = 1500;

/** Cuts encoded packets into clusters that each begin with a keyframe, with all the sound up to the next one. Pure. */
export class ClusterCutter {
  #hasSound: boolean;
  #pictures: Packet[] = [];
  #sounds: Packet[] = [];

  constructor(hasSound: boolean) {
    this.#hasSound = hasSound;
  }

  /** @returns the clusters that are complete with it */
  addPicture(packet: Packet): Cluster[] {
    this.#pictures.push(packet);
    return this.#cut();
  }

  /** @returns the clusters that are complete with it */
  addSound(packet: Packet): Cluster[] {
    this.#sounds.push(packet);
    return this.#cut();
  }

  /** @param end ms at which the run ends @returns what is left */
  finish(end: number): Cluster[] {
    if (this.#pictures.length === 0) return [];
    return [this.#take(this.#pictures.length, Math.max(end, ...this.#pictures.map(({ time }) => time + 1)), Infinity)];
  }

  #cut(): Cluster[] {
    const clusters: Cluster[] = [];
    for (;;) {
      const [first] = this.#pictures;
      const next = this.#pictures.findIndex(({ keyframe, time }) => keyframe && time - (first?.time ?? 0) >= SHORTEST);
      const time = this.#pictures[next]?.time;
      if (time === undefined) return clusters;
      // The sound comes later than the picture.
      if (this.#hasSound && (this.#sounds.at(-1)?.time ?? -1) < time) return clusters;
      clusters.push(this.#take(next, time, time));
    }
  }

  /** @param end ms at which the cluster ends @param soundUntil ms before which the sound belongs to it */
  #take(pictures: number, end: number, soundUntil: number): Cluster {
    const shown = this.#pictures.splice(0, pictures);
    const heard = this.#sounds.filter(({ time }) => time < soundUntil);
    this.#sounds = this.#sounds.slice(heard.length);
    const start = shown[0]?.time ?? 0;
    const bytes = webmCluster(shown, heard, end);
    return { bytes, start: 1000 * start, duration: 1000 * (end - start), keyframe: shown[0]?.keyframe ?? false };
  }
}
