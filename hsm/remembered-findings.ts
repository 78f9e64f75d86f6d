import { hash } from 'node:crypto';
import type { Finding, Lint } from './lint/lint.ts';

/** Twice what the proposals hold that web may have waiting. */
const MOST_REMEMBERED = 10_000;

/**
 * @returns the same lint, which reads no text twice: whether an act can be signed is asked each time that somebody looks at their desk,
 *   and there can be as many as web may propose
 */
export function rememberFindings(lint: Lint): Lint {
  const known = new Map<string, Finding[]>();
  const remembering = (text: string, language: string) => {
    const key = `${language} ${hash('sha256', text, 'base64url')}`;
    let findings = known.get(key);
    if (!findings) {
      findings = lint(text, language);
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(key, findings);
    }
    return findings;
  };
  return Object.assign(remembering, { languages: lint.languages });
}
