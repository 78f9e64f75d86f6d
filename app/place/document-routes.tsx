import { type Context, Hono } from 'hono';
import { findDocument, listDocuments } from '../../db/appliance/documents.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { requireStaff, type StaffEnv } from '../accounts/staff-guard.tsx';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { idOf } from '../http/address.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { addDocument, MOST_DOCUMENT_BYTES, takeOutDocument } from './document.ts';
import { DocumentsPage } from './document-view.tsx';
import { nameFile, sendAttachment } from './file-answer.ts';
import type { Files } from './files.ts';
import { findOwnExam, type OwnExam } from './own-exam.ts';

/** What the form around a file takes. */
const FORM_BYTES = 16 * 1024;

/** Where exam administrators gather the documents that an exam is on. */
export function documentRoutes(parts: {
  db: ApplianceDatabase;
  files: Files;
  custody: Pick<WebCustody, 'staffSession'>;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN'>;
}) {
  const { db, files, custody, config } = parts;
  const signedIn = requireStaff(custody, config);
  return new Hono<StaffEnv>()
    .get('/exams/:exam/documents', signedIn, (c) => c.html(page(c, findOwnExam(db, c), UNFILLED)))
    .post('/exams/:exam/documents', signedIn, async (c) => {
      const own = findOwnExam(db, c);
      try {
        await addDocument(parts, own, await readFile(c));
      } catch (error) {
        // A form that is malformed is not the page's; what is wrong with a file is told beside its field.
        if (!(error instanceof AppError) || !['not-supported', 'already-done', 'disk-full'].includes(error.code))
          throw error;
        return c.html(page(c, own, { entries: {}, faults: { file: error.sentence } }), error.status);
      }
      return c.redirect(`/exams/${own.exam}/documents`, 303);
    })
    .get('/exams/:exam/documents/:document', signedIn, (c) => {
      const document = findDocument(db, findOwnExam(db, c).exam, idOf(c, 'document'));
      if (!document) throw new AppError('not-found', { detail: 'document' });
      return sendAttachment(c, document, files.read(document.id));
    })
    .post('/exams/:exam/documents/:document/removal', signedIn, async (c) => {
      const own = findOwnExam(db, c);
      await takeOutDocument(parts, own, idOf(c, 'document'));
      return c.redirect(`/exams/${own.exam}/documents`, 303);
    });

  function page(c: Context<StaffEnv>, own: OwnExam, filled: Filled) {
    const documents = listDocuments(db, own.exam);
    const person = c.var.representative.name;
    return <DocumentsPage {...{ person, roomOrigin: config.CLOISTER_ROOM_ORIGIN, own, documents, filled }} />;
  }
}

/** @throws AppError too-large before a byte is read, not-supported, malformed */
async function readFile(c: Context): Promise<{ name: string; content: Uint8Array<ArrayBuffer> }> {
  const length = Number(c.req.header('content-length') ?? 0);
  if (length > MOST_DOCUMENT_BYTES + FORM_BYTES || c.req.header('transfer-encoding')) {
    throw new AppError('too-large', {
      detail: `${length} bytes`,
      sentence:
        'The file is larger than 20 MB, which is as large as a document can be. It was not added. Divide it, or save it with smaller pictures.',
    });
  }
  if (!c.req.header('content-type')?.startsWith('multipart/form-data')) throw new AppError('malformed');
  const form = await c.req.formData().catch((cause: unknown) => {
    throw new AppError('malformed', { cause });
  });
  const file = form.get('file');
  if (!(file instanceof File) || file.size === 0) throw new AppError('malformed', { detail: 'no file' });
  return { name: nameFile(file.name), content: new Uint8Array(await file.arrayBuffer()) };
}
