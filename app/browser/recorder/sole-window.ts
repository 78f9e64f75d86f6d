/** One recorder for all windows of a browser: two would give the same numbers to different segments. */
const LOCK = 'cloister-recorder';

/**
 * Resolves once no other window of this browser has the recorder open; this one has it from then on, until its worker ends.
 * @param onWait hears when there is another one
 */
export async function becomeSoleWindow(onWait: () => void): Promise<void> {
  const taken = await new Promise<boolean>((resolve) => {
    void navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? forever() : undefined;
    });
  });
  if (taken) return;
  onWait();
  await new Promise<void>((resolve) => {
    void navigator.locks.request(LOCK, () => {
      resolve();
      return forever();
    });
  });
}

function forever(): Promise<void> {
  return new Promise(() => {});
}
