import type { Context } from 'hono';
import { AppError } from '../errors.ts';
import { decodeList } from './csv.ts';

/** Most bytes of a list: ten thousand rows of two hundred. */
export const MOST_BYTES = 2 * 2 ** 20;
/** What the form around it takes. */
const FORM_BYTES = 16 * 1024;

/**
 * Reads a list of test takers from a form: the file that was chosen, else the text that was pasted.
 * @returns its text, whose lines end in LF (a form's field would change others between the preview and its confirmation), and the digest
 *   that confirms it, empty where there is none
 * @throws AppError too-large before a byte is read, not-supported, malformed; CsvError
 */
export async function readUpload(c: Context): Promise<{ text: string; digest: string }> {
  const length = Number(c.req.header('content-length') ?? 0);
  if (length > MOST_BYTES + FORM_BYTES || c.req.header('transfer-encoding')) {
    throw new AppError('too-large', {
      detail: `${length} bytes`,
      sentence: `The list is larger than ${MOST_BYTES / 2 ** 20} MB, which is all that is read at once. Nothing was entered. Divide it, and import one part after the other; or take columns out that are not needed.`,
    });
  }
  if (!c.req.header('content-type')?.startsWith('multipart/form-data')) throw new AppError('not-supported');
  const form = await c.req.formData().catch((cause: unknown) => {
    throw new AppError('malformed', { cause });
  });
  const [file, pasted, digest] = [form.get('file'), form.get('text'), form.get('digest')];
  const chosen = file instanceof File && file.size > 0;
  if (!chosen && typeof pasted !== 'string') throw new AppError('malformed', { detail: 'neither file nor text' });
  const text = chosen ? decodeList(await file.bytes()) : decodeList(Buffer.from(String(pasted)));
  return { text: text.replaceAll(/\r\n?/g, '\n'), digest: typeof digest === 'string' ? digest : '' };
}
