import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ALGORITHMS } from './templates.ts';

/** What Cloister needs of a token, in the order in which it is tried. */
export const OPERATIONS = ['RSA-OAEP-256', 'RSA-OAEP', 'sensitive-unwrap', 'wrap-to-recipient', 'Ed25519'] as const;
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
  findings: Finding[];
}

export interface ProbeOptions {
  module: string;
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
  if (opened) return { verdict: 'unusable', reasons: [opened.reason ?? 'The token cannot be opened.'], findings };
  const lacks = (operation: Operation): boolean =>
    !findings.some((finding) => finding.operation === operation && finding.outcome === 'works');
  const unusable = [
    lacks('RSA-OAEP-256') && lacks('RSA-OAEP') && 'It cannot unwrap chapter keys with RSA-OAEP.',
    lacks('sensitive-unwrap') && 'It does not keep an unwrapped chapter key to itself.',
    lacks('wrap-to-recipient') && 'It cannot wrap a chapter key for a reviewer.',
    lacks('Ed25519') && 'It cannot sign with Ed25519.',
  ].filter((reason) => reason !== false);
  if (unusable.length > 0) return { verdict: 'unusable', reasons: unusable, findings };
  if (lacks('RSA-OAEP-256'))
    return { verdict: 'degraded', reasons: ['It does RSA-OAEP with SHA-1 only, not with SHA-256.'], findings };
  return { verdict: 'full', reasons: [], findings };
}
