import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type OperatorCustody, connectOperator } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { NoAnswerError, Terminal } from './terminal.ts';

/** Gives a command the option that each of the operator's commands has. */
export function operatorCommand(command: Command): Command {
  return command.requiredOption('--socket <file>', 'custody’s socket for the operator, operator.sock');
}

/**
 * Runs an operator's command against custody.
 * @throws Error with one sentence for the person
 */
export async function withCustody<T>(
  socket: string,
  work: (custody: OperatorCustody, terminal: Terminal) => Promise<T>,
): Promise<T> {
  const terminal = new Terminal();
  try {
    return await work(connectOperator(socket), terminal);
  } catch (error) {
    if (error instanceof AppError) throw new Error(sentenceOf(error, socket), { cause: error });
    if (error instanceof NoAnswerError) throw new Error(error.message, { cause: error });
    throw error;
  } finally {
    terminal.close();
  }
}

/** @returns a file's PIN, without the line end that editors add. @throws Error with a sentence */
export function readPinFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new Error(`The PIN file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      cause: error,
    });
  }
}

/** @returns names as they were given with commas between */
export function listNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

function sentenceOf({ code, refusal, sentence, facts }: AppError, socket: string): string {
  if (code === 'custody-away' && !refusal)
    return `Custody does not answer at ${socket}. Start it, or name its operator.sock with --socket.`;
  if (refusal === 'share-foreign' && facts) {
    const { sealing, given } = facts as { sealing: string; given: string };
    return given === sealing ? sentence : `${sentence} It is of sealing ${given}; ${sealing} is asked for.`;
  }
  return sentence;
}
