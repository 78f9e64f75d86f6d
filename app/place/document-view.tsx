import type { DocumentRow } from '../../db/appliance/documents.ts';
import { Fault, FormFault } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Icon } from '../ui/icons.tsx';
import { Page } from '../ui/page.tsx';
import { staffNavigation } from '../ui/staff-navigation.ts';
import { Table } from '../ui/table.tsx';
import type { OwnExam } from './own-exam.ts';

const TYPES: Record<DocumentRow['type'], string> = {
  'application/pdf': 'PDF',
  'image/png': 'PNG image',
  'image/jpeg': 'JPEG image',
  'text/plain': 'Text',
};

/** Where an administrator gathers the documents that an exam is on. */
export function DocumentsPage(props: {
  person: string;
  roomOrigin: string;
  own: OwnExam;
  documents: DocumentRow[];
  filled: Filled;
}) {
  const { person, roomOrigin, own, documents, filled } = props;
  const { exam, title, published, waiting } = own;
  const name = title || 'Exam without a title';
  const open = !published && !waiting;
  return (
    <Page title={`Documents: ${name}`} place="staff" person={person} navigation={staffNavigation(roomOrigin, false)}>
      <div class="stack">
        <p class="eyebrow">
          <a href={published ? `/exams/${exam}` : `/exams/${exam}/draft#what`}>
            {published ? `${name}, the roster` : `${name}, the draft`}
          </a>
        </p>
        <h1>Documents</h1>
        <p class="lead">
          Test takers see them on the recorder’s page while their attempt runs, in this order, and at no other time.
        </p>
        <FormFault filled={filled} />
        {documents.length === 0 ? (
          <p class="empty">
            There is no document yet. An exam of this kind needs at least one before it can be published.
          </p>
        ) : (
          <Table
            caption="Documents of this exam"
            columns={['Name', 'Kind', 'Size', 'SHA-256', ...(open ? ['Take out'] : [])]}
            rows={documents.map((document) => [
              <a href={`/exams/${exam}/documents/${document.id}`}>{document.name}</a>,
              TYPES[document.type],
              wordSize(document.bytes),
              <code>{document.digest}</code>,
              ...(open
                ? [
                    <form method="post" action={`/exams/${exam}/documents/${document.id}/removal`}>
                      <button class="button bare" aria-label={`Take out ${document.name}`}>
                        Take out
                      </button>
                    </form>,
                  ]
                : []),
            ])}
          />
        )}
        {open ? (
          <form
            class="card stack narrow"
            method="post"
            action={`/exams/${exam}/documents`}
            encType="multipart/form-data"
          >
            <div class="field">
              <label for="file">A file to add</label>
              <p class="hint" id="file-hint">
                PDF, PNG, JPEG or plain text, at most 20 MB. Its name is shown to test takers, and so is read for
                demands before the exam is published; what is inside is not.
              </p>
              <input
                id="file"
                name="file"
                type="file"
                required
                accept="application/pdf,image/png,image/jpeg,text/plain"
                aria-describedby="file-hint file-fault"
              />
              <Fault filled={filled} name="file" />
            </div>
            <button class="button primary">
              <Icon name="sending" />
              Add the file
            </button>
          </form>
        ) : (
          <p>
            {published
              ? 'The exam was published with these files: their SHA-256 digests stand in what was signed, and nothing else is shown.'
              : 'The publication waits for its signature with these files as they are.'}
          </p>
        )}
      </div>
    </Page>
  );
}

/** @returns a size in words: "1.4 MB" */
export function wordSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
