/**
 * A web process that was taken over: a program of its own that has what web has, its database, its socket and the recordings' folder,
 * and does with them what it is told to. Started by tests/hostile-web.test.ts; what it is told comes over the fork's channel.
 */
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';

const [socketPath, databasePath, recordings] = process.argv.slice(2) as [string, string, string];

/** One request to custody. `raw` is sent as it is, anything in `body` as JSON. */
export interface Asked {
  method: string;
  path: string;
  body?: unknown;
  raw?: string;
  headers?: Record<string, string>;
}

/** How custody answered; status 0 where the connection broke. */
export interface Answered {
  status: number;
  /** From custody's closed table. */
  error: string | undefined;
  text: string;
}

const held: Socket[] = [];
/** Its everyday connections, kept open as web keeps them. */
const everyday = new Agent({ keepAlive: true });

function ask({ method, path, body, raw, headers = {} }: Asked, agent: Agent = everyday): Promise<Answered> {
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const length = text !== undefined && !headers['transfer-encoding'] && { 'content-length': Buffer.byteLength(text) };
  const own = text === undefined ? {} : { 'content-type': 'application/json', ...length };
  return new Promise((resolve) => {
    const broken = () => resolve({ status: 0, error: undefined, text: '' });
    const sent = request({ socketPath, method, path, agent, headers: { ...own, ...headers } }, (answer) => {
      let said = '';
      answer.on('data', (chunk: Buffer) => (said += chunk.toString())).on('error', broken);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, error: errorIn(said), text: said }));
    });
    sent.on('error', broken);
    sent.end(text);
  });
}

function errorIn(said: string): string | undefined {
  try {
    return (JSON.parse(said) as { error?: string }).error;
  } catch {
    return undefined;
  }
}

/** Opens connections, says `words` on each and nothing more. @returns how many stay open */
async function hold(count: number, words: string): Promise<number> {
  let open = 0;
  for (let number = 0; number < count; number++) {
    const socket = connect(socketPath);
    held.push(socket);
    socket
      .on('error', () => {})
      .on('connect', () => {
        open++;
        socket.on('close', () => open--);
        if (words) socket.write(words);
      });
    // In companies that the listener's queue takes: what is refused at once holds nothing.
    if (number % 100 === 99) await pause(5);
  }
  // What is closed is told of later: until nothing changes any more.
  for (let before = -1; open !== before; ) {
    before = open;
    await pause(500);
  }
  return open;
}

const ACTIONS = {
  ask: (one: Asked) => ask(one),
  /** All at once, over so many connections. @returns how often each answer came */
  async flood({ one, times, connections }: { one: Asked; times: number; connections: number }) {
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    const answers = await Promise.all(Array.from({ length: times }, () => ask(one, agent)));
    agent.destroy();
    const tally: Record<string, number> = {};
    for (const { status, error } of answers) {
      const name = error ?? String(status);
      tally[name] = (tally[name] ?? 0) + 1;
    }
    return tally;
  },
  hold: ({ count, words }: { count: number; words: string }) => hold(count, words),
  letGo() {
    for (const socket of held.splice(0)) socket.destroy();
  },
  /** Puts a lie into every field of its database that holds words or bytes. @returns how many fields it has rewritten */
  rewriteDatabase({ lie }: { lie: string }) {
    const database = new Database(databasePath);
    database.pragma('foreign_keys = OFF');
    const tables = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all() as { name: string }[];
    let rewritten = 0;
    for (const { name } of tables) {
      const columns = database.pragma(`table_info("${name}")`) as { name: string; type: string }[];
      for (const { name: column, type } of columns.filter((one) => ['TEXT', 'BLOB'].includes(one.type))) {
        const value = type === 'BLOB' ? Buffer.from(lie) : lie;
        rewritten += database.prepare(`UPDATE OR REPLACE "${name}" SET "${column}" = ?`).run(value).changes;
      }
    }
    database.close();
    return rewritten;
  },
  /** Writes over every file of the recordings. @returns how many */
  rewriteRecordings() {
    const files = readdirSync(recordings, { recursive: true, encoding: 'utf8' })
      .map((path) => join(recordings, path))
      .filter((path) => statSync(path).isFile());
    for (const file of files) writeFileSync(file, Buffer.alloc(4096, 0xff));
    return files.length;
  },
};

export type Actions = typeof ACTIONS;

process.on('message', async ({ id, name, given }: { id: number; name: keyof Actions; given: never }) => {
  process.send?.({ id, outcome: await ACTIONS[name](given) });
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
