import { request } from '../recorder/request.ts';
import { type Finding, judgeClock, judgeLine, judgeRoundTrip } from './finding.ts';
import { formatRate, type Needs } from './needs.ts';
import { words } from '../words/check.ts';

/** Milliseconds that the sending is measured for, at least: a body that is on its way is waited for. */
const MEASURED = 5000;
/** Bytes after which enough is known of any line. */
const ENOUGH = 24 * 2 ** 20;
/** As many as the recorder sends at once. */
const IN_FLIGHT = 2;
const SMALLEST = 4096;
const LARGEST = 2 ** 20;
const ASKED = 7;

/** Sends random bytes, which are thrown away, and measures how many of them arrive in a second. */
export async function checkUpload(needs: Needs, onRate: (sentence: string) => void): Promise<Finding> {
  const noise = new Uint8Array(LARGEST);
  for (let at = 0; at < LARGEST; at += 65_536) crypto.getRandomValues(noise.subarray(at, at + 65_536));
  let number = 0;
  const send = (bytes: number) => {
    const from = Math.floor(Math.random() * (LARGEST - bytes + 1));
    return request('PUT', `/practice/segments/${number++}`, noise.subarray(from, from + bytes));
  };
  // Opens the connection, and says how large the next ones may be.
  const asked = performance.now();
  let size = SMALLEST;
  const first = await send(size);
  if (!first.accepted) return { verdict: 'unmeasured', sentence: first.sentence };
  const began = performance.now();
  let rate = (8000 * size) / (began - asked);
  let arrived = 0;
  let refusal: string | null = null;
  const flow = async () => {
    while (performance.now() - began < MEASURED && arrived < ENOUGH && refusal === null) {
      // Half a second's worth, so that slow lines have several answers too; never more than twice the last one.
      size = Math.min(LARGEST, 2 * size, Math.max(SMALLEST, Math.round(rate / 16)));
      const bytes = size;
      const answer = await send(bytes);
      if (!answer.accepted) return void (refusal = answer.sentence);
      arrived += bytes;
      rate = (8000 * arrived) / (performance.now() - began);
      onRate(words.line.soFar(formatRate(rate)));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, flow));
  return refusal !== null && arrived === 0 ? { verdict: 'unmeasured', sentence: refusal } : judgeLine(rate, needs);
}

/** Asks for next to nothing a few times: how long an answer takes, and which time it is where it comes from. */
export async function checkAnswers(): Promise<{ 'round-trip': Finding; clock: Finding }> {
  const trips: number[] = [];
  let ahead: number | null = null;
  for (let i = 0; i < ASKED; i++) {
    const asked = { at: Date.now(), on: performance.now() };
    const response = await fetch('/health', { cache: 'no-store', signal: AbortSignal.timeout(10_000) }).catch(
      () => null,
    );
    if (!response?.ok) continue;
    const took = performance.now() - asked.on;
    const told = Date.parse(response.headers.get('date') ?? '');
    // The header knows whole seconds only.
    if (Number.isFinite(told)) ahead ??= (asked.at + took / 2 - (told + 500)) / 1000;
    trips.push(took);
  }
  const median = trips.toSorted((a, b) => a - b)[Math.floor(trips.length / 2)];
  return {
    'round-trip':
      median === undefined ? { verdict: 'unmeasured', sentence: words.line.noAnswer } : judgeRoundTrip(median),
    clock: ahead === null ? { verdict: 'unmeasured', sentence: words.line.noTime } : judgeClock(ahead),
  };
}
