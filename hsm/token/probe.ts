import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ALGORITHMS } from './templates.ts';
import type { ReleaseMode } from './templates.ts';

/** What Cloister needs of a token, in the order in which it is tried. */
export const OPERATIONS = [
  'RSA-OAEP-256',
  'RSA-OAEP',
  'sensitive-unwrap',
  'wrap-to-recipient',
  'decrypt-RSA-OAEP-256',
  'decrypt-RSA-OAEP',
  'key-rights',
  'Ed25519',
  'P-256',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A line of the child. */
export interface ProbeLine {
  operation: Operation | 'open';
  outcome: 'begun' | 'works' | 'refused';
  /** A PKCS#11 return value or a sentence, when refused. */
  reason: string | null;
}

export interface Finding {
  operation: Operation | 'open';
  outcome: 'works' | 'refused' | 'crashed';
  reason: string | null;
}

export interface ProbeReport {
  verdict: 'full' | 'degraded' | 'unusable';
  /** Why it is not `full`, a sentence each. */
  reasons: string[];
  /** How exam keys would be released; null where the token is unusable. */
  releaseMode: ReleaseMode | null;
  findings: Finding[];
}

export interface ProbeOptions {
  module: string;
  /** What the module wants to be told at C_Initialize; NSS does. */
  parameters?: string | undefined;
  label: string;
  pin: string;
  /** Gives up on the child after this long; a token that hangs counts as one that crashed. */
  patienceMs?: number;
}

/** The bundle has the child beside it; run from source, the child is the file. */
const CHILD = new URL(import.meta.url.endsWith('.ts') ? './probe-child.ts' : './token-probe.js', import.meta.url);

/**
 * Tries a token in a process of its own. An operation that takes the process down is reported as crashed, and the
 * others are tried in a new one.
 */
export async function probeToken({ patienceMs = 60_000, ...token }: ProbeOptions): Promise<ProbeReport> {
  const findings: Finding[] = [];
  let remaining: Operation[] = [...OPERATIONS];
  while (remaining.length > 0) {
    const crashed = findings.filter(({ outcome }) => outcome === 'crashed').map(({ operation }) => operation);
    const algorithms = ALGORITHMS.filter((algorithm) => !crashed.includes(algorithm));
    const { lines, end } = await runChild({ ...token, operations: remaining, algorithms }, patienceMs);
    for (const { operation, outcome, reason } of lines)
      if (outcome !== 'begun') findings.push({ operation, outcome, reason });
    const last = lines.at(-1);
    if (last?.outcome === 'begun') findings.push({ operation: last.operation, outcome: 'crashed', reason: end });
    else if (!last) findings.push({ operation: 'open', outcome: 'crashed', reason: end });
    const untried = remaining.filter((operation) => !findings.some((finding) => finding.operation === operation));
    if (findings.some(({ operation }) => operation === 'open') || untried.length === remaining.length) break;
    remaining = untried;
  }
  return judge(findings);
}

async function runChild(orders: object, timeout: number): Promise<{ lines: ProbeLine[]; end: string }> {
  const child = spawn(process.execPath, [fileURLToPath(CHILD)], { stdio: ['pipe', 'pipe', 'ignore'], timeout });
  // A child that dies early closes its end; its exit says more than EPIPE.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(orders));
  const ended = new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  const [output, end] = await Promise.all([text(child.stdout), ended]);
  const lines = output.split('\n').filter(Boolean);
  return { lines: lines.map((line) => JSON.parse(line) as ProbeLine), end };
}

function judge(findings: Finding[]): ProbeReport {
  const opened = findings.find(({ operation }) => operation === 'open');
  const unusable = (reasons: string[]): ProbeReport => ({ verdict: 'unusable', reasons, releaseMode: null, findings });
  if (opened) return unusable([opened.reason ?? 'The token cannot be opened.']);
  const does = (operation: Operation): boolean =>
    findings.some((finding) => finding.operation === operation && finding.outcome === 'works');
  const inToken = does('sensitive-unwrap') && does('wrap-to-recipient');
  const throughHost = does('decrypt-RSA-OAEP-256') || does('decrypt-RSA-OAEP');
  const lacking = [
    !inToken && !throughHost && 'It can neither release a chapter key inside nor decrypt one with RSA-OAEP.',
    !does('Ed25519') && !does('P-256') && 'It can neither sign with Ed25519 nor certify a key with P-256.',
  ].filter((reason) => reason !== false);
  if (lacking.length > 0) return unusable(lacking);
  const sha256 = inToken ? does('RSA-OAEP-256') : does('decrypt-RSA-OAEP-256');
  const rights = findings.find(({ operation }) => operation === 'key-rights');
  const reasons = [
    !inToken &&
      'It cannot keep a chapter key inside while it is released: each one lies in the memory of custody’s token process for a moment (host-transient).',
    !sha256 && 'It does RSA-OAEP with SHA-1 only, not with SHA-256.',
    rights?.outcome !== 'works' && `It does not keep the rights of exam keys as asked (${rights?.reason}).`,
    !does('Ed25519') &&
      'It makes no Ed25519 signatures: the appliance key has to lie in a file (CLOISTER_LOG_KEY_FILE), which the token certifies.',
  ].filter((reason) => reason !== false);
  const releaseMode = inToken ? 'in-token' : 'host-transient';
  return { verdict: reasons.length > 0 ? 'degraded' : 'full', reasons, releaseMode, findings };
}
