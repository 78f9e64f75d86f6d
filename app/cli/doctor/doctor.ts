import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { examineAccounts } from './accounts.ts';
import { examineClock } from './clock.ts';
import { examineCustody } from './custody.ts';
import { examineDatabases } from './databases.ts';
import { examineDisk } from './disk.ts';
import { attempted, type Examination, EXIT_CODES, worstOf } from './examination.ts';
import { examineDemonstration } from './demonstration.ts';
import { listenedOn, PLACES, readSettings, type Settings } from './installation.ts';
import { examineMail } from './mail.ts';
import { examineOrigin } from './origins.ts';

interface Options {
  settings: string;
  demonstration?: string;
  testTakers: number;
  hours: number;
  json?: boolean;
}

const SIGNS = { well: 'well', doubtful: 'DOUBTFUL', ill: 'ILL', 'not-examined': 'NOT EXAMINED' } as const;

/** `cloister doctor`: a verdict on each part of the appliance, what it means, and how to mend it. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('look whether the appliance is well: a verdict on each part, what it means, and how to mend it')
    .option('--settings <folder>', 'where the settings of the processes lie', '/etc/cloister')
    .option('--demonstration <folder>', 'look at the demonstration there instead, as whoever runs it')
    .option('--test-takers <number>', 'how many are planned to sit exams at once', count, 100)
    .option('--hours <number>', 'for how many hours', count, 3)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nRun it as root. It ends with 0 where all is well, 1 with a doubt, 2 with something ill, 3 where not all could be examined.',
    )
    .action(async (options: Options) => {
      const settings = readSettings(options.settings);
      const examinations = options.demonstration
        ? await examineDemonstration(options.demonstration)
        : settings
          ? await examineAll(settings, options)
          : await attempted('Mail', () => examineMail());
      const verdict = worstOf(examinations);
      process.exitCode = EXIT_CODES[verdict];
      if (options.json) return console.log(JSON.stringify({ verdict, examinations }));
      for (const { of, verdict, means, mend } of examinations) {
        console.log(`${of}: ${SIGNS[verdict]}. ${means}${mend ? `\n  ${mend}` : ''}`);
      }
      if (!settings && !options.demonstration)
        console.log(
          `Nothing is installed that ${options.settings} has settings for: only mail was tried, as the environment says.`,
        );
    });
}

async function examineAll({ appliance, web }: Settings, planned: Options): Promise<Examination[]> {
  const origin = (place: 'exam' | 'staff' | 'room') => async () => [
    await examineOrigin({
      origin: appliance[`CLOISTER_${place.toUpperCase()}_ORIGIN`] ?? '',
      certificate: certificateOf(place),
      listens: () => listenedOn(place),
      renew: `Put a new one and its key where ${certificateOf(place)} is, with Ansible (cloister_tls_folder), before that.`,
      log: `Read “journalctl --unit=cloister-${place === 'room' ? 'room' : 'web'}”.`,
    }),
  ];
  const looks: [of: string, look: () => Promise<Examination[]>][] = [
    ['Custody', () => examineCustody(PLACES.operatorSocket, '“journalctl --unit=cloister-custody”')],
    ['Exam origin', origin('exam')],
    ['Staff origin', origin('staff')],
    ['Room origin', origin('room')],
    ['Accounts and folders', examineAccounts],
    ['Databases', examineDatabases],
    ['Clock', examineClock],
    ['Disk', () => examineDisk(PLACES.recordings, planned)],
    ['Mail', () => examineMail(mailOf(web))],
  ];
  const found: Examination[] = [];
  // One after the other: the disk is measured alone.
  for (const [of, look] of looks) found.push(...(await attempted(of, look)));
  return found;
}

const certificateOf = (place: string) => join(PLACES.certificates, `${place}.crt`);

/** @returns what web is told about mail; its password reaches it as a credential, and doctor where that lies */
function mailOf(web: Settings['web']): Record<string, string> {
  const mail = Object.entries(web).filter(([name]) => name.startsWith('CLOISTER_SMTP_'));
  const password = mail.some(([name]) => name === 'CLOISTER_SMTP_URL') && existsSync(PLACES.mailPassword);
  return { ...Object.fromEntries(mail), ...(password && { CLOISTER_SMTP_PASSWORD_FILE: PLACES.mailPassword }) };
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It has to be a whole number from 1.');
  return number;
}
