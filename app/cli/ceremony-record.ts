import type { Ceremony } from './ceremony-state.ts';

const WIDTH = 80;
const INDENT = 24;

/** @returns the record that everybody signs: plain text of 80 columns */
export function writeRecord(done: Required<Ceremony>): string {
  const { plan, probe, appliance, trial, sealed, officers } = done;
  const { token, key } = appliance;
  const lines = [
    ...title('RECORD OF A KEY CEREMONY'),
    ...fact('Institution', appliance.institution),
    ...fact('Place', plan.place),
    ...fact('Begun', localTime(done.startedAt)),
    ...fact('Ended', localTime(done.finishedAt)),
    ...fact('Software', `Cloister ${done.software}`),
    ...fact('Reading room', appliance.roomOrigin),

    ...heading('1. The token'),
    ...fact('Label', token?.label),
    ...fact('Serial number', token?.serial),
    ...fact('Maker, model', token && `${token.manufacturer}, ${token.model}, firmware ${token.firmware}`),
    ...fact('Verdict', `${probe.verdict}${probe.releaseMode ? `, releases ${probe.releaseMode}` : ''}`),
    ...probe.reasons.flatMap((reason) => fact('', reason)),
    ...fact('Rights not kept away', appliance.unkeptRights.join(', ') || 'none'),
    ...probe.findings.flatMap(({ operation, outcome, reason }) =>
      fact(`  ${operation}`, reason === null ? outcome : `${outcome}: ${reason}`),
    ),

    ...heading('2. The appliance key'),
    ...fact(
      'Kind',
      key.kind === 'P-256' ? 'P-256 in the token, certifies the Ed25519 log key' : `${key.kind}, in the token`,
    ),
    ...fact('SHA-256 of the key that signs', groups(appliance.applianceKeyFingerprint)),
    ...fact('Verifier key of the ledger', appliance.verifierKey),
    ...fact('Private half, read back', flags(key.private)),
    ...fact('Public half, read back', flags(key.public)),

    ...heading('3. An exam key, on trial'),
    ...fact('Kind', `RSA, ${trial.attributes.bits} bits, ${trial.algorithm}, released ${trial.releaseMode}`),
    ...fact('SHA-256', groups(trial.fingerprint)),
    ...fact('Private half, read back', flags(trial.attributes.private)),
    ...fact('Public half, read back', flags(trial.attributes.public)),
    ...fact('A chapter key through it', trial.released ? 'arrived unchanged' : 'DID NOT ARRIVE'),
    ...fact('Afterwards', trial.destroyed ? 'destroyed, not in the token any more' : 'STILL IN THE TOKEN'),

    ...heading('4. The sealed PIN'),
    ...fact('Sealing', sealed.sealing),
    ...fact('Sealed', localTime(sealed.sealedAt)),
    ...fact('Needed to open it', `${plan.threshold} of ${plan.custodians.length} custodians`),
    ...fact('PIN file', 'removed, after every share had been typed back and tried'),
    ...plan.custodians.flatMap((name) => fact('Custodian', name)),

    ...heading('5. The officers'),
    ...officers.flatMap(({ name, representative }) => [...fact('Privacy officer', name), ...fact('', representative)]),

    ...heading('Signatures'),
    ...wrap(
      'Each of us was present at what is recorded under our part, and saw that the fingerprints above are the ones that were shown. ' +
        'Each custodian was the only one to see their share, and keeps it apart from the others’.',
      0,
    ),
    ...signatures('Custodian', plan.custodians),
    ...signatures('Privacy officer', plan.officers),
    ...signatures('Witness', plan.witnesses),
  ];
  return `${lines.join('\n')}\n`;
}

/** @returns a time as the clock on the wall shows it, with its zone: 2026-11-23 14:05:00 +01:00 (Europe/Berlin) */
export function localTime(iso: string): string {
  const at = new Date(iso);
  const behind = at.getTimezoneOffset();
  const two = (number: number) => String(Math.trunc(Math.abs(number))).padStart(2, '0');
  const wall = new Date(at.getTime() - behind * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  const zone = `${behind > 0 ? '-' : '+'}${two(behind / 60)}:${two(behind % 60)}`;
  return `${wall} ${zone} (${Intl.DateTimeFormat().resolvedOptions().timeZone})`;
}

function title(text: string): string[] {
  return ['='.repeat(WIDTH), text, '='.repeat(WIDTH), ''];
}

function heading(text: string): string[] {
  return ['', text, '-'.repeat(WIDTH)];
}

function fact(name: string, value: string | undefined | null): string[] {
  const [first = '', ...rest] = wrap(value || 'not told', INDENT);
  if (name.length < INDENT) return [name.padEnd(INDENT) + first.trimStart(), ...rest];
  return [name, first, ...rest];
}

function flags(of: Record<string, boolean | undefined>): string {
  return Object.entries(of)
    .map(([flag, value]) => `${flag}=${value ? 'yes' : 'no'}`)
    .join(' ');
}

/** Hexadecimal in groups that can be compared aloud. */
function groups(hexadecimal: string): string {
  return hexadecimal.match(/.{1,4}/g)?.join(' ') ?? '';
}

function signatures(part: string, names: readonly string[]): string[] {
  const line = `${'_'.repeat(28)}  ${'_'.repeat(WIDTH - 30)}`;
  return names.flatMap((name) => ['', '', line, `${'Date'.padEnd(30)}Signature`, ...wrap(`${part}: ${name}`, 0)]);
}

/** Words on lines of 80 columns; one that is longer than a line is cut. */
function wrap(text: string, indent: number): string[] {
  const room = WIDTH - indent;
  const lines: string[] = [];
  for (const word of text.split(' ').flatMap((one) => one.match(new RegExp(`.{1,${room}}`, 'gu')) ?? [])) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => ' '.repeat(indent) + line);
}
