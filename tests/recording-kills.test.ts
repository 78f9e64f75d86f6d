import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readIndex, readSegment } from '../app/recordings/reader.ts';
import { FULL } from './full.ts';
import { segmentBody } from './recording-segments.ts';
import { inspect, startWebSetting, type TlsAttempt, type WebSetting } from './web-process.ts';

const LIVES_PER_FILE = 20;
const LIVES = FULL ? 300 : 2;
const TEST_TAKERS = 2;
const AT_ONCE = 3;
const LONGEST_LIFE_MS = 400;

let web: WebSetting;
beforeAll(async () => {
  web = await startWebSetting();
});
afterAll(() => web?.stop());

/** Every tenth is as long as what a camera takes in two seconds, so that kills hit in the middle of writes. */
const bodyOf = (recording: string, number: number) =>
  segmentBody(recording, number, number % 10 === 9 ? { bytes: 400_000 } : {});

/** A test taker whose segments keep coming, each again and again until it is acknowledged. */
class Sending {
  readonly acknowledged = new Set<number>();
  readonly recording: string;
  readonly file: string;
  readonly #taker: TlsAttempt;
  readonly #checked = new Set<number>();
  #next = 0;
  #stopping = false;
  #loops: Promise<unknown>;

  constructor(taker: TlsAttempt, recording: string) {
    this.#taker = taker;
    this.recording = recording;
    this.file = join(web.folder, taker.about.attempt, `${recording}.clr`);
    this.#loops = Promise.all(Array.from({ length: AT_ONCE }, () => this.#send()));
  }

  async #send(): Promise<void> {
    while (!this.#stopping) {
      const number = this.#next++;
      const body = bodyOf(this.recording, number);
      for (;;) {
        const reply = await this.#taker.putSegment(this.recording, number, body).catch(() => null);
        if (reply?.status === 201 || reply?.status === 200) break;
        // While web is away or busy; nothing else may be answered.
        if (reply) expect(reply.status, JSON.stringify(reply.json)).toBe(503);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      this.acknowledged.add(number);
    }
  }

  /** Checks what the room would serve now: all that was acknowledged, and nothing that is not as it was sent. */
  async check(): Promise<void> {
    const acknowledged = [...this.acknowledged];
    const { segments, damage } = await readIndex(this.file);
    expect(damage).toEqual([]);
    const served = new Set(segments.map(({ number }) => number));
    expect(acknowledged.filter((number) => !served.has(number))).toEqual([]);
    for (const segment of segments) {
      if (this.#checked.has(segment.number)) continue;
      const same = (await readSegment(this.file, segment)).equals(bodyOf(this.recording, segment.number));
      expect(same, `segment ${segment.number}`).toBe(true);
      this.#checked.add(segment.number);
    }
  }

  /** Ends, signs and seals. @returns how many segments were acknowledged */
  async finish(): Promise<number> {
    this.#stopping = true;
    await this.#loops;
    this.#checked.clear();
    await this.check();
    const bodies = new Map([...this.acknowledged].map((number) => [number, bodyOf(this.recording, number)]));
    const answers = await this.#taker.finish(this.recording, bodies);
    expect(answers.map(({ status }) => status)).toEqual([201, 200]);
    return bodies.size;
  }
}

const acknowledged = (sendings: Sending[]) => sendings.reduce((sum, one) => sum + one.acknowledged.size, 0);

test(
  `what was acknowledged survives ${LIVES} kills of web at random moments, byte for byte, and nothing torn is served`,
  async () => {
    let total = 0;
    for (let life = 0; life < LIVES; ) {
      const sendings: Sending[] = [];
      for (let n = 0; n < TEST_TAKERS; n++) {
        const taker = await web.startAttempt();
        sendings.push(new Sending(taker, (await taker.record()).recording));
      }
      // New files every so often: each life reads them first.
      for (const end = Math.min(LIVES, life + LIVES_PER_FILE); life < end; life++) {
        const known = acknowledged(sendings);
        // Some die while they start; most once they have acknowledged something, however busy the machine is.
        if (life % 3 !== 2) await expect.poll(() => acknowledged(sendings), { timeout: 20_000 }).toBeGreaterThan(known);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_LIFE_MS));
        await web.kill();
        for (const sending of sendings) await sending.check();
        await web.start();
      }
      for (const sending of sendings) {
        total += await sending.finish();
        const { status, text } = inspect(sending.file);
        expect(status, text).toBe(0);
      }
      console.log(`${total} segments acknowledged in ${life} lives, all of them in their files`);
    }
    expect(total).toBeGreaterThan(LIVES);

    // The oracle is one only if it notices: one bit of a file that was found whole.
    const taker = await web.startAttempt();
    const { recording } = await taker.record();
    await taker.putSegment(recording, 0, bodyOf(recording, 0));
    const file = join(web.folder, taker.about.attempt, `${recording}.clr`);
    expect(inspect(file).status).toBe(0);
    const bytes = readFileSync(file);
    bytes[bytes.length - 20]! ^= 1;
    writeFileSync(file, bytes);
    expect(inspect(file).status).toBe(1);
  },
  60_000 + LIVES * 15_000,
);
