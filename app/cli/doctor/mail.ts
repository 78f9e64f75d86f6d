import { readMailSettings } from '../../config.ts';
import { MailServer, MailServerAway } from '../../mail/mail-server.ts';
import { TROUBLES } from '../../mail/troubles.ts';
import type { Examination } from './examination.ts';

/** Connects to the mail server and signs in, as web does for invitations. No mail is sent. */
export async function examineMail(environment?: Record<string, string>): Promise<Examination[]> {
  const of = 'Mail';
  const settings = readMailSettings(environment);
  if (!settings) {
    const means =
      'It is not set up (CLOISTER_SMTP_URL is not there). Invitations can be printed; none goes out by mail.';
    return [{ of, verdict: 'well', means }];
  }
  const server = new MailServer(settings);
  const { host, port, user, from } = settings;
  const where = `${host}, port ${port}`;
  try {
    const encryption = await server.open();
    const line = encryption ?? 'NOT ENCRYPTED';
    const login = user === undefined ? 'without a login' : `signed in as ${user}`;
    return [{ of, verdict: 'well', means: `${where} is reached, ${line}, ${login}. Invitations come from ${from}.` }];
  } catch (error) {
    if (!(error instanceof MailServerAway)) throw error;
    const { what, do: remedy } = TROUBLES[error.trouble];
    const said = error.reply === null ? '' : ` It said: ${error.reply}`;
    const codes = Object.values(error.codes).filter(Boolean).join(', ');
    return [{ of, verdict: 'doubtful', means: `${where}. ${what}${said} (${codes})`, mend: remedy }];
  } finally {
    server.close();
  }
}
