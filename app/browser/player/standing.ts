import { request, RequestError } from '../room-request.ts';

/** Milliseconds between two questions. The room trusts custody's word for one second more. */
const PERIOD = 1500;
/** Milliseconds until a question counts as lost, and is asked anew. */
const PATIENCE = 3000;

/**
 * Asks the room all the time whether the view still stands, so that its end elsewhere (a suspension, a session that was closed) takes
 * the picture away within seconds, whatever else the player is doing. A room that does not answer says nothing about that.
 * @param ended called once, with the sentence to show
 * @returns ends asking
 */
export function watchStanding(grant: string, ended: (error: RequestError) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  const ask = async () => {
    clearTimeout(timer);
    try {
      await request('GET', `/grants/${grant}/standing`, { signal: AbortSignal.timeout(PATIENCE) });
    } catch (error) {
      if (!closed && error instanceof RequestError && !error.retryable) {
        close();
        ended(error);
      }
    }
    clearTimeout(timer);
    if (!closed) timer = setTimeout(() => void ask(), PERIOD);
  };
  // The timers of a page that nobody sees are slow; nobody shall see the picture before it was asked again.
  const look = () => void (document.visibilityState === 'visible' && ask());
  const close = () => {
    closed = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
  };
  document.addEventListener('visibilitychange', look);
  // The page itself was custody's word a moment ago.
  timer = setTimeout(() => void ask(), PERIOD);
  return close;
}
