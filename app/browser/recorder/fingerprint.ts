const STORED = 'cloister-key';

/** What this tab knows of the appliance key's fingerprint. */
export interface KnownFingerprint {
  /** Base64url SHA-256 of the appliance key; null when no link carried one. */
  fingerprint: string | null;
  /** Whether a later link named another key than the first. */
  contradicted: boolean;
}

/**
 * Keeps the appliance key's fingerprint that the personal link carries in its fragment (`#key=…`) for this tab: redirects
 * keep the fragment, and it never reaches a server. The first one stays, whatever comes after it.
 * @returns the fingerprint from now or from before
 */
export function keepFingerprint(): KnownFingerprint {
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  const kept = sessionStorage.getItem(STORED);
  if (key && kept === null) sessionStorage.setItem(STORED, key);
  // Remembered, so that going on to the next page does not make it unsaid.
  if (key && kept !== null && kept !== key) sessionStorage.setItem(`${STORED}-contradicted`, key);
  return { fingerprint: kept ?? key, contradicted: sessionStorage.getItem(`${STORED}-contradicted`) !== null };
}
