import type { ErrorBody } from '../../wire.ts';
import { Stop, type Trouble } from './messages.ts';
import { language } from '../words/language.ts';
import { words } from '../words/sending.ts';

/** Milliseconds for a request, and for each byte of it: a line of 8 kbit/s still brings a segment through. */
const TIMEOUT = 60_000;
const BYTE_TIME = 1;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
/** The longest delay where a person is bringing the session back in another tab, and looks on. */
const LONGEST_WITHOUT_SESSION = 2_000;

/** How the exam origin answered, or that it did not. */
export type Answer = Acceptance | Refusal;

export interface Acceptance {
  accepted: true;
  status: number;
  /** How busy the appliance is: 0 to 1. */
  load: number;
  /** Base64url SHA-256 of the attempt key that the appliance knows as the newest, where it says so. */
  newestKey: string | null;
  json(): Promise<unknown>;
  text(): string;
}

export interface Refusal {
  accepted: false;
  /** 0 when there was no answer. */
  status: number;
  /** Code of the origin's error table; `offline` when there was no answer. */
  code: string;
  sentence: string;
  /** Whether the same request can succeed later. */
  retryable: boolean;
  /** Milliseconds that the origin asks to wait, else 0. */
  retryAfter: number;
  /** Numbers of segments that the origin does not have, with `segments-missing`. */
  missing: number[];
}

/** Sends one request to the exam origin. Does not throw for refusals or lost connections. */
export async function request(method: string, path: string, body?: string | Uint8Array<ArrayBuffer>): Promise<Answer> {
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': language };
  if (body !== undefined)
    headers['content-type'] = typeof body === 'string' ? 'application/json' : 'application/octet-stream';
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT + BYTE_TIME * (body?.length ?? 0)),
      ...(body !== undefined && { body }),
    });
    if (response.ok) {
      const text = await response.text();
      const load = Number(response.headers.get('cloister-load') ?? 0) || 0;
      const newestKey = response.headers.get('cloister-key');
      return {
        accepted: true,
        status: response.status,
        load,
        newestKey,
        json: async () => JSON.parse(text) as unknown,
        text: () => text,
      };
    }
  } catch {
    const sentence = words.paused;
    return { accepted: false, status: 0, code: 'offline', sentence, retryable: true, retryAfter: 0, missing: [] };
  }
  const told = (await response.json().catch(() => ({}))) as Partial<ErrorBody> & { missing?: number[] };
  const { status } = response;
  return {
    accepted: false,
    status,
    code: told.error ?? (status === 401 ? 'not-signed-in' : 'internal'),
    sentence: told.message ?? words.unexplained(status),
    // A lost session comes back when the personal link is opened again in another tab, and so does one that another person's
    // link has taken the place of (404: what is recorded here is not theirs); until then everything is kept.
    retryable: told.retryable === true || [401, 404, 408, 429].includes(status) || status >= 500,
    retryAfter: 1000 * (Number(response.headers.get('retry-after')) || 0),
    missing: told.missing ?? [],
  };
}

/** @returns what a refusal means for sending; null when it says nothing about the connection */
export function troubleOf(refusal: Refusal): Trouble | null {
  if (refusal.status === 401) return 'session';
  if (refusal.status === 404) return 'other-link';
  if (refusal.status === 507) return 'disk-full';
  if (refusal.status === 0 || refusal.status === 408) return 'offline';
  return refusal.status >= 500 || refusal.status === 429 ? 'busy' : null;
}

/**
 * @param failures how often in a row it failed before
 * @param refusal what was answered, where there was an answer
 * @returns milliseconds to wait: doubling from half a second to a quarter of a minute, never less than the origin asked for, and
 *   spread so that many browsers do not come back at once
 */
export function delayAfter(failures: number, refusal?: Pick<Refusal, 'status' | 'retryAfter'>): number {
  const longest = [401, 404].includes(refusal?.status ?? 0) ? LONGEST_WITHOUT_SESSION : LONGEST_DELAY;
  const ceiling = Math.min(longest, FIRST_DELAY * 2 ** Math.min(failures, 10));
  return Math.max(refusal?.retryAfter ?? 0, ceiling / 2) + (Math.random() * ceiling) / 2;
}

/**
 * Sends until it is accepted.
 * @param send the same request each time @param onRefusal hears of each refusal that will be tried again
 * @throws Stop with the origin's sentence when trying again cannot help
 */
export async function insist(send: () => Promise<Answer>, onRefusal: (refusal: Refusal) => void): Promise<unknown> {
  for (let failures = 0; ; failures++) {
    const answer = await send();
    if (answer.accepted) return answer.json();
    if (!answer.retryable) throw new Stop(answer.sentence, answer.code);
    onRefusal(answer);
    await new Promise((resolve) => setTimeout(resolve, delayAfter(failures, answer)));
  }
}
