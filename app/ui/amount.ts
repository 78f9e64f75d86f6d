/** @returns “1 chapter”, “2 chapters”; “1 person”, “2 people” where the plural is given */
export function amount(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
