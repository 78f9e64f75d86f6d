import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { z } from 'zod';

/** Where mail is handed over: what `smtp://user@mail.university.example:587` says. */
export interface SmtpAddress {
  host: string;
  port: number;
  /** TLS from the first byte on (RFC 8314), which `smtps://` asks for. */
  tlsFirst: boolean;
  user: string | undefined;
  /** On this machine: what is said there crosses no network. */
  loopback: boolean;
}

/** Reads the address of a mail server. A password in it is refused: it would stand in the environment, and in every list of processes. */
export const smtpAddress = z.string().transform((text, context): SmtpAddress => {
  const fault = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    return fault(
      'has to be smtp://HOST or smtps://HOST, with user@ before and :port behind the host where they are needed',
    );
  }
  if (url.password !== '')
    return fault('holds a password: put it into a file, and name that in CLOISTER_SMTP_PASSWORD_FILE');
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    return fault('has something behind the host and the port');
  }
  const tlsFirst = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    port: url.port === '' ? (tlsFirst ? 465 : 587) : Number(url.port),
    tlsFirst,
    user: url.username === '' ? undefined : decodeURIComponent(url.username),
    loopback: host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.')),
  };
});

/** The mail settings as the environment has them, each sound in itself. */
export interface MailVariables {
  CLOISTER_SMTP_URL?: SmtpAddress | undefined;
  CLOISTER_SMTP_FROM?: string | undefined;
  CLOISTER_SMTP_PASSWORD_FILE?: string | undefined;
  CLOISTER_SMTP_DANGEROUSLY_UNENCRYPTED?: 'yes' | undefined;
}

/** How mail is handed to the campus's server. */
export interface MailSettings {
  host: string;
  port: number;
  encryption: 'tls-first' | 'starttls' | 'none';
  user: string | undefined;
  /** File that holds the user's password. */
  passwordFile: string | undefined;
  /** Address that mail comes from. */
  from: string;
}

/** @param own the variables, read or not: only whether each is there counts @returns a line for each that lacks another or contradicts it */
export function faultsAmong(own: { [K in keyof MailVariables]?: unknown }): string[] {
  const has = (name: keyof MailVariables) => own[name] !== undefined;
  const others = [
    'CLOISTER_SMTP_FROM',
    'CLOISTER_SMTP_PASSWORD_FILE',
    'CLOISTER_SMTP_DANGEROUSLY_UNENCRYPTED',
  ] as const;
  if (!has('CLOISTER_SMTP_URL')) {
    return others.filter(has).map((name) => `${name}: says nothing without CLOISTER_SMTP_URL`);
  }
  const address = smtpAddress.safeParse(own.CLOISTER_SMTP_URL).data;
  const faults = has('CLOISTER_SMTP_FROM')
    ? []
    : ['CLOISTER_SMTP_FROM: is missing, and no mail goes out without a sender'];
  const password = has('CLOISTER_SMTP_PASSWORD_FILE');
  if (address?.user !== undefined && !password) {
    faults.push('CLOISTER_SMTP_PASSWORD_FILE: is missing, and CLOISTER_SMTP_URL names a user');
  }
  if (address && address.user === undefined && password) {
    faults.push('CLOISTER_SMTP_PASSWORD_FILE: is there, and CLOISTER_SMTP_URL names no user');
  }
  if (address?.tlsFirst && has('CLOISTER_SMTP_DANGEROUSLY_UNENCRYPTED')) {
    faults.push('CLOISTER_SMTP_DANGEROUSLY_UNENCRYPTED: contradicts smtps:// in CLOISTER_SMTP_URL');
  }
  return faults;
}

/** @param variables without a fault among them @returns undefined where mail is not set up */
export function mailSettingsOf(variables: MailVariables): MailSettings | undefined {
  const { CLOISTER_SMTP_URL: address, CLOISTER_SMTP_FROM: from } = variables;
  if (!address || from === undefined) return undefined;
  const { host, port, tlsFirst, user, loopback } = address;
  const open = loopback || variables.CLOISTER_SMTP_DANGEROUSLY_UNENCRYPTED === 'yes';
  const encryption = tlsFirst ? 'tls-first' : open ? 'none' : 'starttls';
  return { host, port, encryption, user, passwordFile: variables.CLOISTER_SMTP_PASSWORD_FILE, from };
}

/** @returns the password, read anew for each connection: a new one needs no restart @throws what the file system throws */
export function readPassword({ passwordFile }: Pick<MailSettings, 'passwordFile'>): string {
  return passwordFile === undefined ? '' : readFileSync(passwordFile, 'utf8').replace(/\r?\n$/, '');
}
