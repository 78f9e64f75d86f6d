import { join } from 'node:path';
import { Command } from 'commander';
import software from '../../package.json' with { type: 'json' };
import type { OperatorCustody } from '../custody/client.ts';
import { writeRecord } from './ceremony-record.ts';
import { type Ceremony, keepCeremony, type Plan, readCeremony, writeDurably } from './ceremony-state.ts';
import { handOutShares } from './handing-out.ts';
import { inviteOfficers, requireOpen, twoOfficers } from './init.ts';
import { listNames, operatorCommand, readPinFile, withCustody } from './operator.ts';
import { complete } from './seal.ts';
import type { Terminal } from './terminal.ts';
import { checkToken, tokenCommand, type TokenPlace } from './token-check.ts';

interface Options extends TokenPlace {
  socket: string;
  data: string;
}

/** `cloister ceremony`: everything that people have to be in one room for, step by step, with a record that they sign. */
export function ceremonyCommand(): Command {
  return tokenCommand(operatorCommand(new Command('ceremony')))
    .description('the key ceremony: token, appliance key, custodians’ shares, officers, and a record for signatures')
    .requiredOption(
      '--data <folder>',
      'where it keeps how far it has come, and leaves its record; nothing there is secret',
    )
    .addHelpText('after', '\nWhatever ends it, run it again: it goes on where it was. See docs/key-ceremony.md.')
    .action((options: Options) => withCustody(options.socket, (custody, terminal) => run(options, custody, terminal)));
}

/**
 * The steps, in the order in which each builds on what was seen before: nobody gets a share of a token that was not tried. What a step
 * found is kept before the next begins.
 */
async function run(options: Options, custody: OperatorCustody, terminal: Terminal): Promise<void> {
  const ceremony = readCeremony(options.data, software.version);
  const step = async <Name extends keyof Ceremony>(
    name: Name,
    heading: string,
    work: () => Promise<Ceremony[Name]>,
  ) => {
    if (ceremony[name] !== undefined) return terminal.say(`${heading}: done before.`);
    terminal.say(`\n${heading}`);
    ceremony[name] = await work();
    keepCeremony(options.data, ceremony);
  };
  const state = await requireOpen(custody);

  await step('plan', 'Who takes part', () => askPlan(terminal));
  const plan = ceremony.plan as Plan;
  await step('probe', 'The token, tried on throw-away objects', async () => {
    const report = await checkToken(options);
    terminal.say(`Verdict: ${report.verdict}. ${report.reasons.join(' ')}`);
    return report;
  });
  await step('appliance', 'The appliance key', async () => {
    const { institution, roomOrigin, token, unkeptRights, verifierKey, applianceKeyFingerprint } = state;
    const key = await custody.applianceKey();
    terminal.say(`SHA-256 of the key that signs: ${applianceKeyFingerprint}`);
    return { institution, roomOrigin, token, unkeptRights, verifierKey, applianceKeyFingerprint, key };
  });
  await step('trial', 'An exam key, made, used once and destroyed', async () => {
    const trial = await custody.tryExamKey();
    if (!trial.released || !trial.destroyed)
      throw new Error('The exam key did not do on trial what it has to. Nothing was sealed; ask the token’s maker.');
    terminal.say(
      `RSA-${trial.attributes.bits}, ${trial.algorithm}, ${trial.releaseMode}: it works, and is gone again.`,
    );
    return trial;
  });
  await step('sealed', 'The custodians’ shares', () => seal(options, ceremony, custody, terminal));
  await step('officers', 'The two first officers', () => inviteOfficers(custody, plan.officers));
  await step('finishedAt', 'The record', async () => new Date().toISOString());

  const record = writeRecord(ceremony as Required<Ceremony>);
  writeDurably(options.data, 'record.txt', record);
  writeDurably(options.data, 'record.json', `${JSON.stringify(ceremony, null, 2)}\n`);
  console.log(`\n${record}`);
  terminal.say(`Print ${join(options.data, 'record.txt')} for the signatures; record.json beside it says the same.`);
}

async function askPlan(terminal: Terminal): Promise<Plan> {
  const place = await terminal.ask('Where does this take place?');
  const custodians = listNames(await terminal.ask('All custodians’ names, with commas between:'));
  const threshold = Number(await terminal.ask(`How many of these ${custodians.length} does it take to open?`));
  if (!(Number.isInteger(threshold) && threshold >= 2 && threshold <= custodians.length))
    throw new Error('It takes at least two custodians to open it, and no more than there are. Nothing was done.');
  if (new Set(custodians).size < custodians.length)
    throw new Error('Two custodians have the same name. Nothing was done.');
  const officers = twoOfficers(await terminal.ask('The two privacy officers, with a comma between:'));
  const witnesses = listNames(await terminal.ask('Who else is a witness, with commas between:'));
  return { place, threshold, custodians, officers, witnesses };
}

/** Begins to seal, or goes on where custody is: what it has handed out it never hands out again, whatever became of this command. */
async function seal(
  options: Options,
  ceremony: Ceremony,
  custody: OperatorCustody,
  terminal: Terminal,
): Promise<Ceremony['sealed']> {
  const { threshold, custodians } = ceremony.plan as Plan;
  const { sealed, underWay, pinFile } = await custody.sealing();
  if (sealed && sealed.sealing === ceremony.begun) {
    if (pinFile)
      throw new Error(
        `Sealing ${sealed.sealing} stands, but the PIN file is still there. Remove it, then run this again.`,
      );
    return { sealing: sealed.sealing, sealedAt: sealed.sealedAt };
  }
  const planned = underWay?.custodians.map(({ name }) => name).join() === custodians.join();
  if (underWay && !(planned && underWay.threshold === threshold))
    throw new Error('Another sealing is under way. Give it up by “cloister seal --abort”, then run this again.');
  if (!underWay && ceremony.begun)
    terminal.say(
      `Custody was started again, so that sealing ${ceremony.begun} is void: burn its papers. All shares are made anew.`,
    );
  const pin = () => readPinFile(options.pinFile);
  const sharing = underWay ?? (await custody.beginSealing({ threshold, custodians, pin: pin() }));
  ceremony.begun = sharing.sealing;
  keepCeremony(options.data, ceremony);
  await handOutShares(custody, terminal, sharing);
  const { sealing } = await complete(custody, terminal);
  const now = await custody.sealing();
  return { sealing, sealedAt: now.sealed?.sealedAt ?? new Date().toISOString() };
}
