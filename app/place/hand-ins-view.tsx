import type { ListedHandIn } from '../../db/appliance/hand-ins.ts';
import { Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { staffNavigation } from '../ui/staff-navigation.ts';
import { Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import { wordSize } from './document-view.tsx';
import { lastOfName } from './hand-in.ts';
import type { OwnExam } from './own-exam.ts';

/** What an exam's test takers handed in. */
export function HandInsPage(props: {
  person: string;
  roomOrigin: string;
  own: OwnExam;
  handIns: ListedHandIn[];
  /** Whether the list begins here. */
  first: boolean;
  /** The candidate code after which it goes on. */
  next: string | undefined;
}) {
  const { person, roomOrigin, own, handIns, first, next } = props;
  const { exam, title } = own;
  return (
    <Page title={`Answers: ${title}`} place="staff" person={person} navigation={staffNavigation(roomOrigin, false)}>
      <div class="stack">
        <p class="eyebrow">
          <a href={`/exams/${exam}`}>{title}, the roster</a>
        </p>
        <h1>Answers that were handed in</h1>
        <p class="lead">
          Of files with the same name the last one counts. Test takers have the time and the digest of each.
        </p>
        {handIns.length === 0 ? (
          <p class="empty">{first ? 'Nobody has handed in anything yet.' : 'There are no more.'}</p>
        ) : (
          <Table
            caption="Files by test taker"
            columns={['Test taker', 'File', 'Handed in', 'Size', 'SHA-256', 'Counts']}
            rows={handIns.map((handIn) => [
              `${handIn.person} (${handIn.candidate})`,
              <a href={`/exams/${exam}/hand-ins/${handIn.id}`}>{handIn.name}</a>,
              <Moment at={handIn.handedInAt} />,
              wordSize(handIn.bytes),
              <code>{handIn.digest}</code>,
              lastOfName(handIns, handIn) ? (
                <Status kind="good">Counts</Status>
              ) : (
                <Status kind="quiet">A later one counts</Status>
              ),
            ])}
          />
        )}
        <p class="row">
          {!first && (
            <a class="button" href={`/exams/${exam}/hand-ins`}>
              Back to the first
            </a>
          )}
          {next !== undefined && (
            <a class="button" href={`/exams/${exam}/hand-ins?after=${encodeURIComponent(next)}`}>
              The next ones
            </a>
          )}
        </p>
      </div>
    </Page>
  );
}
