import type { Trouble } from './mail-server.ts';

/** What keeps all mails from going out, and what to do: on the page of the mails, and in `cloister doctor`. */
export const TROUBLES: Record<Trouble, { what: string; do: string }> = {
  unreachable: {
    what: 'The mail server does not answer.',
    do: 'Who runs this appliance checks its address and port, and the network between.',
  },
  'no-encryption': {
    what: 'The mail server offers no encryption (STARTTLS), so nothing was handed to it.',
    do: 'Who runs it switches that on, or names another port.',
  },
  certificate: {
    what: 'The mail server shows a certificate that this appliance does not trust, so nothing was handed to it.',
    do: 'It has to be for the name in CLOISTER_SMTP_URL; a campus’s own authority is made known with NODE_EXTRA_CA_CERTS.',
  },
  login: {
    what: 'The mail server does not take the name and password of this appliance.',
    do: 'Who runs the appliance checks both.',
  },
  'password-file': {
    what: 'The file with the mail server’s password cannot be read.',
    do: 'Who runs this appliance makes it readable for web (CLOISTER_SMTP_PASSWORD_FILE).',
  },
  sender: {
    what: 'The mail server lets this appliance send nothing under its address.',
    do: 'Who runs the mail server allows it, or who runs this appliance changes CLOISTER_SMTP_FROM.',
  },
  busy: { what: 'The mail server asks to come back later.', do: 'There is nothing that you have to do.' },
};
