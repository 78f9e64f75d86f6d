import type { ErrorBody } from '../wire.ts';

/** A request that failed: `message` is the sentence for the person. */
export class RequestError extends Error {
  /** The table's code (app/errors.ts), or 'unreachable' when nothing answered. */
  readonly code: string;
  readonly retryable: boolean;
  /** What the answer says beside its sentence, such as the chapter that it is about. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor({ error, message, retryable, ...facts }: Pick<ErrorBody, 'error' | 'message' | 'retryable'>) {
    super(message);
    this.name = 'RequestError';
    this.code = error;
    this.retryable = retryable;
    this.facts = facts;
  }
}

/**
 * Sends a request to the room's own origin.
 * @param body sent as JSON where given
 * @throws RequestError with the server's sentence, or one about the connection; a DOMException AbortError when aborted
 */
export async function request(
  method: string,
  path: string,
  options: { body?: unknown; signal?: AbortSignal; keepalive?: boolean } = {},
): Promise<Response> {
  const { body, signal, keepalive = false } = options;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      keepalive,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestError({
      error: 'unreachable',
      message: 'The reading room does not answer. Check your connection; the page tries again.',
      retryable: true,
    });
  }
  if (response.ok) return response;
  const answer = (await response.json().catch(() => undefined)) as Partial<ErrorBody> | undefined;
  throw new RequestError({
    ...answer,
    error: answer?.error ?? 'internal',
    message:
      answer?.message ?? `The reading room answered with an error (${response.status}). Reload the page to try again.`,
    retryable: answer?.retryable ?? response.status >= 500,
  });
}

/** As `request`, and reads the answer as JSON. */
export async function requestJson<T>(...args: Parameters<typeof request>): Promise<T> {
  return (await (await request(...args)).json()) as T;
}
