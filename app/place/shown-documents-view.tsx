import type { ExamDocument } from '../../hsm/exam-setup.ts';
import type { Exam } from '../exams/exam.ts';
import { langOf } from '../exams/exam-text.tsx';
import { Icon } from '../ui/icons.tsx';
import type { Words } from '../words/en.ts';

/** The documents that an exam is on. They are empty until the script asks for each, once the attempt runs. */
export function Documents(props: { words: Words; exam: Exam; documents: ExamDocument[] }) {
  const { words, exam, documents } = props;
  return (
    <section class="stack documents" aria-labelledby="documents-heading">
      <h2 id="documents-heading">{words.place.documents}</h2>
      {documents.map((document) => (
        <figure class="stack" data-document={document.digest} data-type={document.type}>
          <figcaption class="row">
            <strong {...langOf(exam, words)}>{document.name}</strong>
            {/* A tab of its own would be in front of the exam's page. */}
            {exam.setup.restrictions['left-page'] === undefined && (
              <a class="button bare" data-document-tab target="_blank" rel="noopener" hidden>
                <Icon name="open" />
                {words.place.openDocument}
              </a>
            )}
          </figcaption>
          <p class="hint" data-document-message>
            {words.place.documentFollows}
          </p>
          <Sheet document={document} />
        </figure>
      ))}
    </section>
  );
}

/** What shows a file of each type. */
function Sheet({ document: { name, type } }: { document: ExamDocument }) {
  if (type === 'application/pdf') return <iframe data-document-sheet title={name} hidden></iframe>;
  // A text scrolls within itself where a line is long: so the keyboard has to reach it.
  if (type === 'text/plain') return <pre data-document-sheet tabindex={0} aria-label={name} role="region" hidden></pre>;
  return <img data-document-sheet alt={name} hidden />;
}
