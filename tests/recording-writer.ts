// A process that takes segments in as fast as it can and says which ones it acknowledged, until it is killed. It is told on
// its command line, as JSON, where everything is.
import { openSync, writeSync } from 'node:fs';
import { pino } from 'pino';
import { connectWeb } from '../app/custody/client.ts';
import { AppError } from '../app/errors.ts';
import { Recordings } from '../app/recordings/recordings.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { segmentBody } from './recording-segments.ts';

export interface WriterOrder {
  folder: string;
  database: string;
  socket: string;
  attempt: string;
  recording: string;
  /** File that gets a line per segment: a write to it outlives the process. */
  lines: string;
  /** Segments to write; without it the process goes on until it is killed. */
  count?: number;
}

// A file size limit (ulimit -f) then shows as a failed write, not as the end of the process.
process.on('SIGXFSZ', () => {});
const order = JSON.parse(process.argv[2] ?? '') as WriterOrder;
const lines = openSync(order.lines, 'w');
const recordings = new Recordings({
  folder: order.folder,
  db: openApplianceDatabase(order.database),
  custody: connectWeb(order.socket),
  limits: { segment: 2 ** 20, diskReserve: 0 },
  log: pino({ level: 'silent' }),
});
const [state] = await recordings.states(order.attempt);
let next = state?.nextSegment ?? 0;
const end = next + (order.count ?? Infinity);

console.log('ready');
await Promise.all(
  Array.from({ length: 6 }, async () => {
    while (next < end) {
      const number = next++;
      const body = segmentBody(order.recording, number);
      // In pieces, as from the network.
      const pieces = [body.subarray(0, 70), body.subarray(70, 500), body.subarray(500)].filter(
        (piece) => piece.length > 0,
      );
      try {
        await recordings.putSegment(order.attempt, order.recording, number, pieces);
        writeSync(lines, `stored ${number}\n`);
      } catch (error) {
        writeSync(lines, `refused ${number} ${error instanceof AppError ? error.code : error}\n`);
      }
    }
  }),
);
process.exit(0);
