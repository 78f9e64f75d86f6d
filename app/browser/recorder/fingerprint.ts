const STORED = 'cloister-key';

/**
 * Keeps the appliance key's fingerprint that the personal link carries in its fragment (`#key=…`) for this tab: redirects
 * keep the fragment, and it never reaches a server.
 * @returns base64url SHA-256 of the appliance key, from now or from before; null when no link carried one
 */
export function keepFingerprint(): string | null {
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  if (key) sessionStorage.setItem(STORED, key);
  return sessionStorage.getItem(STORED);
}
