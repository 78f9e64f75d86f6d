/** The witness cannot work with what is in its folder. The message says what happened and what to do. */
export class WitnessError extends Error {
  override readonly name = 'WitnessError';
}
