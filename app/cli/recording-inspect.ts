import { Command } from 'commander';
import { inspectRecording, shorten, type Inspection } from '../recordings/inspect.ts';

/**
 * `cloister recording inspect FILE [--json]`: what a recording file shows without keys. Exit status 0 when it is whole, 1
 * when it has faults, 2 when it cannot be read.
 * @returns the command `inspect`, to be added to `recording`
 */
export function recordingInspectCommand(): Command {
  return new Command('inspect')
    .description('check a recording file: frames, numbers, gaps, signatures (no key needed)')
    .argument('<file>', 'a .clr file')
    .option('--json', 'print everything as JSON')
    .action(async (file: string, { json }: { json?: boolean }) => {
      try {
        const inspection = await inspectRecording(file);
        console.log(json ? JSON.stringify(inspection, null, 2) : describe(inspection));
        process.exitCode = inspection.faults.length > 0 ? 1 : 0;
      } catch (error) {
        console.error(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
        process.exitCode = 2;
      }
    });
}

function describe(inspection: Inspection): string {
  const { header, segments, frames, chapters, gaps, faults } = inspection;
  const numbers = segments.count > 0 ? `${segments.first} to ${segments.last}` : 'none';
  const facts = [
    ['Recording', header.recording],
    ['Attempt', header.attempt],
    ['Exam', header.exam],
    ['Shows', `${header.source}, ${header.mimeType}`],
    ['Began', header.startedAt],
    ['Covers', `${inspection.seconds.toFixed(1)} s`],
    ['File', size(inspection.bytes)],
    [
      'Frames',
      Object.entries(frames)
        .map(([type, count]) => `${count} ${type}`)
        .join(', '),
    ],
    ['Segments', `${segments.count} (${size(segments.bytes)}), numbers ${numbers}`],
    ['Missing', segments.missing.length > 0 ? shorten(segments.missing) : 'none'],
    [
      'Gaps',
      gaps.length > 0 ? gaps.map((gap) => `${gap.from / 1e6}–${gap.to / 1e6} s (${gap.cause})`).join(', ') : 'none',
    ],
    ['Seal', inspection.sealedElsewhere ? `${inspection.seal}, by the key of another browser` : inspection.seal],
  ] as [string, string][];
  const rows = chapters.map(({ chapter, envelope, segments: count, bytes, signature }) => [
    `${chapter}`,
    envelope ? 'yes' : 'no',
    `${count}`,
    size(bytes),
    signature,
  ]);
  const verdict =
    faults.length === 0
      ? 'The file is whole.'
      : `${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`;
  return [
    facts.map(([name, value]) => `${name.padEnd(10)} ${value}`).join('\n'),
    table([['Chapter', 'Envelope', 'Segments', 'Bytes', 'Signature'], ...rows]),
    verdict,
  ].join('\n\n');
}

function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
