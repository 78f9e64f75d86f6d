import type { Context } from 'hono';
import { AppError } from '../errors.ts';

/** Characters of a file's name. */
const LONGEST = 200;

/**
 * @param given as a browser says it
 * @returns a file's name without folders, and without what is not shown or steers a file system or a header
 * @throws AppError malformed where nothing of it is left
 */
export function nameFile(given: string): string {
  const last = given.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const name = last
    .replaceAll(/[\p{C}"<>:|?*]/gu, '')
    .trim()
    .slice(0, LONGEST);
  if (/^\.*$/.test(name)) throw new AppError('malformed', { detail: 'name of a file' });
  return name;
}

/**
 * Answers with a file that the browser saves and never shows: it is somebody else's content, on our own origin.
 * @param file its name is in the header as RFC 6266 and RFC 8187 have it
 */
export function sendAttachment(
  c: Context,
  { name, bytes }: { name: string; bytes: number },
  content: ReadableStream<Uint8Array>,
): Response {
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return c.body(content, 200, {
    'content-type': 'application/octet-stream',
    'content-length': String(bytes),
    'content-disposition': `attachment; filename*=UTF-8''${encoded}`,
    'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
  });
}
