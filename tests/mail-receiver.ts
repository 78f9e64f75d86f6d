import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { createCertificates } from '../app/cli/certificates.ts';

/** A mail as a server took it. */
export interface ReceivedMail {
  from: string;
  to: string[];
  /** Whether it came over TLS. */
  encrypted: boolean;
  /** Header fields as they stand, unfolded. */
  headers: string[];
  text: string;
  html: string;
}

/** What a server does other than take everything. A reply is its status and words: `550 5.1.1 unknown`. */
export interface Conduct {
  onRecipient?: (address: string) => string | undefined;
  /** Once the mail has come whole, `break` drops the line, and `hold` says nothing. */
  onMail?: (to: string) => string | 'break' | 'hold' | undefined;
}

/** A certificate for localhost, and the authority that it is of. */
export function makeMailCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'mail-tls-'));
  createCertificates(folder, { mail: 'localhost' });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const made = { key: read('mail.key'), cert: read('mail.crt'), authority: read('ca.crt') };
  rmSync(folder, { recursive: true });
  return made;
}

/** A mail server on this machine that keeps what it takes. @param options.tls without it STARTTLS is not offered */
export async function startMailReceiver(
  options: { port?: number; tls?: { key: string; cert: string }; login?: { user: string; pass: string } } = {},
) {
  const { port = 0, tls, login } = options;
  const received: ReceivedMail[] = [];
  /** To whom the mails are that it never answered. */
  const held: string[] = [];
  const conduct: Conduct = {};
  const answer = (reply: string) => {
    const [, status = '', words = ''] = /^(\d{3}) (.*)$/.exec(reply) ?? [];
    return Object.assign(new Error(words), { responseCode: Number(status) });
  };
  const server = new SMTPServer({
    ...(tls && { key: tls.key, cert: tls.cert }),
    disabledCommands: [...(tls ? [] : ['STARTTLS']), ...(login ? [] : ['AUTH'])],
    authOptional: !login,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth({ username, password }, _session, done) {
      const known = username === login?.user && password === login?.pass;
      done(known ? null : answer('535 5.7.8 not known here'), known ? { user: username } : undefined);
    },
    onRcptTo({ address }, _session, done) {
      const reply = conduct.onRecipient?.(address);
      done(reply === undefined ? null : answer(reply));
    },
    onData(stream, session, done) {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        const reply = conduct.onMail?.(to[0] ?? '');
        if (reply === 'hold') return void held.push(...to);
        if (reply === 'break') {
          for (const connection of server.connections as Set<{ _socket: { destroy(): void } }>)
            connection._socket.destroy();
          return;
        }
        if (reply !== undefined) return done(answer(reply));
        const { mailFrom, secure } = { ...session.envelope, secure: session.secure };
        const from = mailFrom === false ? '' : mailFrom.address;
        received.push({ from, to, encrypted: secure, ...readMessage(Buffer.concat(pieces).toString('latin1')) });
        done();
      });
    },
  });
  // A line that breaks off is what some of these tests are about.
  server.on('error', () => {});
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as { port: number }).port,
    received,
    held,
    conduct,
    stop: () => new Promise<void>((stopped) => server.close(() => stopped())),
  };
}

export type MailReceiver = Awaited<ReturnType<typeof startMailReceiver>>;

/** Takes a multipart/alternative apart (RFC 2046), enough for what we send ourselves. */
function readMessage(raw: string): Pick<ReceivedMail, 'headers' | 'text' | 'html'> {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const headers = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const boundary = /boundary="([^"]+)"/.exec(head)?.[1] ?? 'none';
  const parts = rest.join('\r\n\r\n').split(`--${boundary}`);
  const bodyOf = (type: string) => {
    const part = parts.find((one) => one.includes(`Content-Type: ${type}`)) ?? '';
    const at = part.indexOf('\r\n\r\n');
    const [fields, body] = [part.slice(0, at), part.slice(at + 4)];
    return fields.includes('base64') ? Buffer.from(body, 'base64').toString() : readQuotedPrintable(body);
  };
  return { headers, text: bodyOf('text/plain'), html: bodyOf('text/html') };
}

function readQuotedPrintable(body: string): string {
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

/** @returns what a header's encoded words (RFC 2047) say */
export function readHeader(headers: string[], name: string): string {
  const found = headers.find((header) => header.toLowerCase().startsWith(`${name.toLowerCase()}: `)) ?? '';
  const decoded = found
    .slice(name.length + 2)
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString()
        : readQuotedPrintable(text.replaceAll('_', ' ')),
    );
  return decoded;
}
