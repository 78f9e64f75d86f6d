/** @returns whether somebody of `who`'s unit answers for `unit`: the whole institution's people for all, others for their own */
export function inScope(who: { unit: string | null }, unit: string | null): boolean {
  return who.unit === null || who.unit === unit;
}
