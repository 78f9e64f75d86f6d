import { Command } from 'commander';
import { readMailSettings } from '../config.ts';
import { MailServer, MailServerAway } from '../mail/mail-server.ts';
import { TROUBLES } from '../mail/troubles.ts';

/** `cloister doctor`: tries what the appliance needs of others, as web is set up. So far that is the campus's mail server. Exit 0 where nothing is wrong. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('try what the appliance needs of other machines; run it with the settings of web in the environment')
    .action(async () => {
      const { sound, words } = await examineMail();
      console.log(`Mail: ${words}`);
      if (!sound) process.exitCode = 1;
    });
}

/** Connects to the mail server and signs in, as web does for invitations. No mail is sent. */
async function examineMail(): Promise<{ sound: boolean; words: string }> {
  const settings = readMailSettings();
  if (!settings) {
    const words = 'not set up (CLOISTER_SMTP_URL is not there). Invitations can be printed; none goes out by mail.';
    return { sound: true, words };
  }
  const server = new MailServer(settings);
  const { host, port, user, from } = settings;
  const where = `${host}, port ${port}`;
  try {
    const encryption = await server.open();
    const line = encryption ?? 'NOT ENCRYPTED';
    const login = user === undefined ? 'without a login' : `signed in as ${user}`;
    return { sound: true, words: `${where} is reached, ${line}, ${login}. Invitations come from ${from}.` };
  } catch (error) {
    if (!(error instanceof MailServerAway)) throw error;
    const { what, do: remedy } = TROUBLES[error.trouble];
    const said = error.reply === null ? '' : ` It said: ${error.reply}`;
    const codes = Object.values(error.codes).filter(Boolean).join(', ');
    return { sound: false, words: `${where}. ${what} ${remedy}${said} (${codes})` };
  } finally {
    server.close();
  }
}
