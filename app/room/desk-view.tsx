import { Moment } from '../ui/moment.tsx';
import { Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import { ActStatus, ActTable } from './act-list.tsx';
import type { AttemptView, ProposedAct, Representative } from './custody.ts';
import { watches } from './duties.ts';
import { RoomPage } from './room-page.tsx';
import { ACT_TYPES } from './words.ts';

/** Attempts that the desk names itself; the rest stand on their own page. */
const SHOWN = 10;

/** What waits for a person: acts to sign, what became of their own, attempts to review. */
export function DeskPage(props: { representative: Representative; acts: ProposedAct[]; attempts: AttemptView[] }) {
  const { representative, acts, attempts } = props;
  const own = acts.filter(({ proposer }) => proposer?.id === representative.id);
  const others = acts.filter((act) => !own.includes(act) && act.options);
  const hindered = acts.filter((act) => !own.includes(act) && act.hindrance);
  const signed = acts.filter((act) => ![own, others, hindered].flat().includes(act) && act.status === 'proposed');
  return (
    <RoomPage title="Your desk" representative={representative} current="/desk">
      <div class="stack">
        <h1>Your desk</h1>
        {acts.length === 0 && (
          <p class="empty">
            Nothing waits for your signature, and nothing that you proposed is open. What others propose and you may
            sign appears here.
          </p>
        )}
        {others.length > 0 && (
          <>
            <h2>To sign</h2>
            <ActTable caption="Proposed by others; they take your signature" acts={others} />
          </>
        )}
        {hindered.length > 0 && (
          <>
            <h2>Not to be signed as they stand</h2>
            <ActTable caption="Proposed by others; something is in the way, which each says" acts={hindered} />
          </>
        )}
        {signed.length > 0 && (
          <>
            <h2>Signed by you</h2>
            <ActTable caption="Proposed by others; they take somebody else’s signature as well" acts={signed} />
          </>
        )}
        {own.length > 0 && (
          <>
            <h2>Your proposals</h2>
            <Table
              caption="What you proposed, the newest first"
              columns={['What', 'Kind', 'How it stands', 'Until']}
              rows={own.map((act) => [
                <a href={`/acts/${act.act}`}>{act.sentence}</a>,
                ACT_TYPES[act.type],
                <ActStatus act={act} representative={representative} />,
                <Moment at={act.expiresAt} />,
              ])}
            />
          </>
        )}
        {watches(representative) && <Attempts attempts={attempts} />}
      </div>
    </RoomPage>
  );
}

function Attempts({ attempts }: { attempts: AttemptView[] }) {
  const waiting = attempts.filter(({ decisions }) => decisions.length === 0);
  return (
    <>
      <h2>To review</h2>
      {waiting.length === 0 ? (
        <p class="empty">
          No attempts are waiting for you. They appear here once a test taker begins an exam that you are assigned to.
        </p>
      ) : (
        <Table
          caption="Attempts without a decision"
          columns={['Test taker', 'Exam', 'Recorded', 'How it stands']}
          rows={waiting
            .slice(0, SHOWN)
            .map((attempt) => [
              <a href={`/attempts/${attempt.attempt}`}>{attempt.candidate}</a>,
              attempt.title,
              <Moment at={attempt.startedAt} />,
              attempt.sealedAt ? <Status kind="quiet">Ended</Status> : <Status kind="notice">Still recording</Status>,
            ])}
        />
      )}
      {attempts.length > 0 && (
        <p>
          <a href="/attempts">All attempts ({attempts.length})</a>
        </p>
      )}
    </>
  );
}
