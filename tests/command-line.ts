import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const CLOISTER = join(import.meta.dirname, '../bin/cloister');
const SHARE = /(?:(?:[0-9A-HJKMNP-TV-Z]{4}[ \n]){4}){4}/;

export interface Said {
  status: number | null;
  out: string;
  err: string;
}

/** What somebody who sits at the command line does when it says something. */
export interface Person {
  /** Answers by what the question holds; the first that fits. `null` ends the input. */
  answers: [RegExp, string | ((shown: string | undefined, question: string) => string) | null][];
  /** Is called with all that was said so far. `kill` ends the command as a power cut would. */
  watch?: (said: string, kill: () => void) => void;
}

/**
 * Runs the real command with pipes for a keyboard. Every question is answered as it comes; a share that is shown is what `answers` gets.
 * @param env what it sees beside PATH
 */
export function runCommand(
  args: string[],
  person: Person = { answers: [] },
  env: Record<string, string> = {},
): Promise<Said> {
  const child = spawn(CLOISTER, args, { env: { PATH: process.env.PATH, TZ: 'Europe/Berlin', ...env } });
  let [out, err, asked, shown] = ['', '', 0, undefined as string | undefined];
  child.stdin.on('error', () => undefined);
  const watch = () => person.watch?.(out + err, () => child.kill('SIGKILL'));
  const look = () => {
    const question = err.slice(asked);
    const answer = person.answers.find(([form]) => form.test(question));
    if (!answer) return;
    asked = err.length;
    if (answer[1] === null) child.stdin.end();
    else child.stdin.write(`${typeof answer[1] === 'string' ? answer[1] : answer[1](shown, question)}\n`);
  };
  child.stdout.on('data', (chunk) => {
    out += chunk;
    shown = sharesIn(out).at(-1);
    watch();
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
    // Before it is answered: whoever is killed at a question never gets past it.
    watch();
    // What was shown on the other pipe has to be here first.
    setTimeout(look, 10);
  });
  if (person.answers.length === 0) child.stdin.end();
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, err })));
}

/**
 * Runs it on a terminal, and types one line, with the Enter key, when something is asked.
 * @returns all that the terminal showed
 */
export async function runOnTerminal(args: string[], question: RegExp, line: string): Promise<string> {
  const command = [CLOISTER, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: { PATH: process.env.PATH, SHELL: '/bin/sh' } });
  let [screen, asked] = ['', false];
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (chunk) => {
    screen += chunk;
    if (asked || !question.test(screen)) return;
    asked = true;
    // As nobody types: all at once. But not before the terminal has been told to show nothing.
    setTimeout(() => child.stdin.write(`${line}\r`), 300);
  });
  await once(child, 'close');
  return screen;
}

/** @returns every share that was shown, as text, in order */
export function sharesIn(out: string): string[] {
  return [...out.matchAll(new RegExp(SHARE, 'g'))].map(([share]) => share);
}
