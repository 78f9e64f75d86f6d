import { amount } from '../../hsm/acts/wording.ts';
import { Icon } from '../ui/icons.tsx';
import { Notice } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { ImportPlan } from './import-plan.ts';
import { MOST_ROWS, type RowFault } from './roster-list.ts';
import { MOST_BYTES } from './upload.ts';
import { RosterShell, type RosterShellProps } from './views.tsx';

/** Rows that a preview shows of each kind; their number it shows of all. */
const SHOWN = 100;

/** Where a list is uploaded or pasted. @param props.text as it was given, where something was wrong @param props.fault with all of it */
export function ImportPage({ text, fault, ...shell }: RosterShellProps & { text: string; fault: string | undefined }) {
  return (
    <RosterShell {...shell} title="Import a list" below>
      <p class="lead">You see what would change before anything does.</p>
      <ListForm exam={shell.exam.exam} {...{ text, fault }} />
    </RosterShell>
  );
}

function ListForm({ exam, text, fault }: { exam: string; text: string; fault: string | undefined }) {
  const described = fault ? { 'aria-describedby': 'text-fault text-hint', 'aria-invalid': 'true' as const } : {};
  return (
    <form class="stack" method="post" action={`/exams/${exam}/import/preview`} enctype="multipart/form-data">
      <div class="field">
        <label for="file">File</label>
        <p class="hint" id="file-hint">
          CSV as Excel, LibreOffice or your campus system saves it; at most {MOST_ROWS.toLocaleString('en')} rows and{' '}
          {MOST_BYTES / 2 ** 20} MB.
        </p>
        <input id="file" name="file" type="file" accept=".csv,.txt,.tsv,text/csv" aria-describedby="file-hint" />
      </div>
      <div class="field">
        <label for="text">Or paste the rows</label>
        <p class="hint" id="text-hint">
          A row for each test taker: candidate code, name, e-mail address. The address can be left out. A first row that
          names the columns may put them in another order, in English or German. A file that is chosen above goes first.
        </p>
        <textarea id="text" name="text" rows={8} spellcheck={false} aria-describedby="text-hint" {...described}>
          {/* A line break right behind the tag is dropped by browsers: this one, and not the list's own. */}
          {`\n${text}`}
        </textarea>
        {fault && (
          <p class="fault" id="text-fault">
            <Icon name="alarm" />
            <span>{fault}</span>
          </p>
        )}
      </div>
      <button class="button primary">Show what would change</button>
    </form>
  );
}

/**
 * What a list would change, or what is wrong with it, row by row.
 * @param props.text the list, which comes back with the confirmation
 * @param props.changed whether the roster changed since this was shown before
 */
export function PreviewPage(props: RosterShellProps & { plan: ImportPlan; text: string; changed: boolean }) {
  const { plan, text, changed, ...shell } = props;
  const { entered, readdressed, same, faults, unread } = plan;
  const { exam } = shell.exam;
  const count = entered.length + readdressed.length;
  return (
    <RosterShell
      {...shell}
      title={faults.length > 0 ? 'This list cannot be imported yet' : 'Look before you import'}
      below
    >
      {changed && (
        <Notice kind="notice">
          <p>
            The roster has changed since you saw this, so nothing was imported. Below is what the list would do now:
            look again, then import it.
          </p>
        </Notice>
      )}
      {faults.length > 0 ? (
        <>
          <p class="lead">
            {amount(faults.length, 'fault')} in {amount(new Set(faults.map(({ row }) => row)).size, 'row')}. Nothing was
            imported. Mend {faults.length === 1 ? 'it' : 'them'} in your file or below, and try again.
          </p>
          <FaultTable faults={faults} />
          <h2>Mend and try again</h2>
          <ListForm {...{ exam, text }} fault={undefined} />
        </>
      ) : (
        <>
          <p class="lead">Nothing has been imported yet.</p>
          <dl class="details">
            <dt>New on the roster</dt>
            <dd>{amount(entered.length, 'test taker')}</dd>
            {readdressed.length > 0 && (
              <>
                <dt>Get another e-mail address</dt>
                <dd>{amount(readdressed.length, 'test taker')}</dd>
              </>
            )}
            {same > 0 && (
              <>
                <dt>There already, and stay as they are</dt>
                <dd>{amount(same, 'test taker')}</dd>
              </>
            )}
            {unread.length > 0 && (
              <>
                <dt>Columns that are not read</dt>
                <dd>{unread.join(', ')}</dd>
              </>
            )}
          </dl>
          {count === 0 ? (
            <Notice kind="quiet">
              <p>Everybody in this list is on the roster already, as the list has them. There is nothing to import.</p>
            </Notice>
          ) : (
            <form method="post" action={`/exams/${exam}/import`} enctype="multipart/form-data">
              <input type="hidden" name="text" value={text} />
              <input type="hidden" name="digest" value={plan.digest} />
              <button class="button primary">
                {entered.length > 0
                  ? `Put ${amount(entered.length, 'test taker')} on the roster`
                  : `Change ${amount(readdressed.length, 'e-mail address', 'e-mail addresses')}`}
              </button>
            </form>
          )}
          <p>
            <a href={`/exams/${exam}/import`}>Choose another list</a>
          </p>
          {entered.length > 0 && (
            <Table
              caption={`New on the roster${entered.length > SHOWN ? `, the first ${SHOWN} of ${entered.length}` : ''}`}
              columns={['Row', 'Candidate', 'Name', 'E-mail']}
              rows={entered
                .slice(0, SHOWN)
                .map(({ row, candidate, name, email }) => [String(row), candidate, name, email ?? 'none'])}
            />
          )}
          {readdressed.length > 0 && (
            <Table
              caption={`Other e-mail addresses${readdressed.length > SHOWN ? `, the first ${SHOWN} of ${readdressed.length}` : ''}`}
              columns={['Row', 'Candidate', 'Name', 'Until now', 'From now on']}
              rows={readdressed
                .slice(0, SHOWN)
                .map((one) => [String(one.row), one.candidate, one.name, one.before ?? 'none', one.email ?? 'none'])}
            />
          )}
        </>
      )}
    </RosterShell>
  );
}

function FaultTable({ faults }: { faults: RowFault[] }) {
  const more = faults.length > SHOWN ? `, the first ${SHOWN} of ${faults.length}` : '';
  return (
    <Table
      caption={`What is wrong, by the rows of your list${more}`}
      columns={['Row', 'What is wrong, and what to do']}
      rows={faults.slice(0, SHOWN).map(({ row, sentence }) => [String(row), sentence])}
    />
  );
}
