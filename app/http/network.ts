import { isIPv6 } from 'node:net';

/** @returns what one customer of a network is given: an IPv4 address, or the first 64 bits of an IPv6 address */
export function networkOf(address: string): string {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (!isIPv6(mapped)) return mapped;
  const [head = '', tail] = (mapped.split('%')[0] ?? '').split('::');
  const words = (text: string) => (text === '' ? [] : text.split(':'));
  const zeros = tail === undefined ? 0 : 8 - words(head).length - words(tail).length;
  const all = [...words(head), ...Array.from({ length: zeros }, () => '0'), ...words(tail ?? '')];
  return all.slice(0, 4).join(':');
}
