import { Moment } from '../ui/moment.tsx';
import { Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { ProposedAct, Representative } from './custody.ts';
import { ACT_TYPES } from './words.ts';

/** Acts that wait for a signature, each by custody's sentence. */
export function ActTable({ caption, acts }: { caption: string; acts: ProposedAct[] }) {
  return (
    <Table
      caption={caption}
      columns={['What', 'Kind', 'Proposed by', 'Signed by', 'Until']}
      rows={acts.map((act) => [
        <a href={`/acts/${act.act}`}>{act.sentence}</a>,
        ACT_TYPES[act.type],
        act.proposer?.name ?? 'The staff pages',
        act.signatures.map(({ name }) => name).join(', ') || 'Nobody yet',
        <Moment at={act.expiresAt} />,
      ])}
    />
  );
}

/** How an act stands, to who proposed it. */
export function ActStatus({ act, representative }: { act: ProposedAct; representative: Representative }) {
  if (act.status === 'applied') return <Status kind="good">In force</Status>;
  if (act.status === 'withdrawn') return <Status kind="quiet">Withdrawn</Status>;
  if (act.status === 'expired') return <Status kind="alarm">Expired unsigned</Status>;
  if (!act.signatures.some(({ id }) => id === representative.id)) {
    return <Status kind="notice">Not signed by you yet</Status>;
  }
  return (
    <Status kind="notice" icon="clock">
      Waiting for another person
    </Status>
  );
}
