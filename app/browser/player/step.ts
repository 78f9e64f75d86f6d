/** Seconds that two pictures may be apart and count as being in step: less than a frame. */
export const IN_STEP = 0.02;
/** Seconds ahead, at normal speed, from which a picture stands still until the other has come. */
export const AHEAD = 0.06;
/** Seconds apart, at normal speed, from which a picture is sent to the other's place instead of being made faster or slower. */
export const TOO_FAR = 0.5;
/** Seconds of the viewer's time within which two pictures come together again. */
const WITHIN = 0.2;
/** Parts of its speed by which a picture is made faster or slower at most. Only the leading one has sound that one hears. */
const FASTER = 1;
const SLOWER = 0.25;

/**
 * @param ahead seconds by which a picture is ahead of the one that leads
 * @returns the speed at which it comes back into step
 */
export function rateFor(speed: number, ahead: number): number {
  if (Math.abs(ahead) <= IN_STEP * Math.max(1, speed / 2)) return speed;
  const change = Math.max(-SLOWER, Math.min(FASTER, -ahead / WITHIN / speed));
  return Math.round(speed * (1 + change) * 100) / 100;
}
