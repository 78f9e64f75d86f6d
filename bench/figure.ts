/** One figure: a value, and its ratio to a peer or a physical limit measured in the same run. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** What the ratio is to. */
  against: string;
  ratio: number;
}

/** @returns the middle value, which a single disturbed round does not move */
export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
