import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { RoomCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { idOf } from '../http/address.ts';
import type { Role } from './custody.ts';
import { answerForm, unitEntry, words } from './proposal.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { type ReasonedChange, reasonedChanges } from './reasoned-changes.tsx';
import { ApprovalPage, RepresentativePage, RepresentativesPage, RolesPage } from './representative-views.tsx';
import { requireRepresentative, type RoomEnv } from './session-guard.ts';
import { ROLES } from './words.ts';

/** In the order of the table, each once: as custody takes them. */
const roles = z
  .array(z.enum(Object.keys(ROLES) as [Role, ...Role[]]), 'Choose at least one role.')
  .min(1, 'Choose at least one role.')
  .transform((chosen) => (Object.keys(ROLES) as Role[]).filter((role) => chosen.includes(role)));
const rolesForm = z.object({ 'roles[]': roles, unit: unitEntry });
const approvalForm = rolesForm.extend({ name: words('Write the person’s name, as others know them.', 100) });

const CHANGES: Record<string, ReasonedChange> = {
  suspension: {
    heading: (name) => `Suspend ${name}`,
    effect:
      'They are signed out at once, what they are watching stops, and they can neither open nor sign anything until two officers reinstate them.',
    people: 1,
    button: 'Go on to sign the suspension',
    proposal: (subject, reason) => ({ type: 'suspend-representative', subject, reason }),
  },
  reinstatement: {
    heading: (name) => `Reinstate ${name}`,
    effect: 'They can do again what their roles let them do.',
    people: 2,
    button: 'Go on to sign the reinstatement',
    proposal: (subject, reason) => ({ type: 'reinstate-representative', subject, reason }),
  },
  passkeys: {
    heading: (name) => `Replace the passkeys of ${name}`,
    effect:
      'For somebody who has lost theirs: all passkeys enrolled until now count for nothing any more, and whoever signs last gets a link for the person to enrol a new one.',
    people: 2,
    button: 'Go on to sign the replacement',
    proposal: (subject, reason) => ({ type: 'replace-passkeys', subject, reason }),
  },
};

/** The register of representatives: who there is, and what may be proposed about them. */
export function representativeRoutes({ custody }: { custody: RoomCustody }) {
  const signedIn = requireRepresentative(custody);
  /** @throws AppError not-found for whom this person does not answer for, and for whoever answers for nobody */
  async function find(c: Context<RoomEnv>) {
    const id = idOf(c, 'representative');
    const { representatives } = await custody.representatives(c.var.session);
    const entry = representatives.find((one) => one.id === id);
    if (!entry) throw new AppError('not-found');
    return entry;
  }
  const unitsFor = async (c: Context<RoomEnv>) => (await custody.units(c.var.session)).units;

  return new Hono<RoomEnv>()
    .get('/', signedIn, async (c) => {
      const [{ representatives }, units] = await Promise.all([custody.representatives(c.var.session), unitsFor(c)]);
      return c.html(<RepresentativesPage {...{ representative: c.var.representative, representatives, units }} />);
    })
    .get('/new', signedIn, async (c) => {
      const { representative } = c.var;
      return c.html(<ApprovalPage {...{ representative, units: await unitsFor(c), filled: UNFILLED }} />);
    })
    .post('/', signedIn, async (c) => {
      const { representative } = c.var;
      const units = await unitsFor(c);
      return answerForm(c, custody, {
        shape: approvalForm,
        proposal: ({ name, 'roles[]': given, unit: where }) => ({
          type: 'approve-representative',
          name,
          roles: given,
          unit: where,
        }),
        page: (filled) => <ApprovalPage {...{ representative, units, filled }} />,
      });
    })
    .get('/:representative', signedIn, async (c) => {
      const { representative, session } = c.var;
      const [entry, units, { exams }] = await Promise.all([find(c), unitsFor(c), custody.exams(session)]);
      return c.html(<RepresentativePage {...{ representative, entry, units, exams }} />);
    })
    .get('/:representative/roles', signedIn, async (c) => c.html(await rolesPage(c, UNFILLED)))
    .post('/:representative/roles', signedIn, async (c) => {
      const { representative } = c.var;
      const [entry, units] = await Promise.all([find(c), unitsFor(c)]);
      return answerForm(c, custody, {
        shape: rolesForm,
        proposal: ({ 'roles[]': given, unit: where }) => ({
          type: 'change-roles',
          subject: entry.id,
          roles: given,
          unit: where,
        }),
        page: (filled) => <RolesPage {...{ representative, entry, units, filled }} />,
      });
    })
    .route(
      '/',
      reasonedChanges({
        custody,
        parameter: 'representative',
        current: '/representatives',
        changes: CHANGES,
        find: async (c) => {
          const { id, name } = await find(c);
          return { id, name, page: `/representatives/${id}` };
        },
      }),
    );

  async function rolesPage(c: Context<RoomEnv>, filled: Filled) {
    const [entry, units] = await Promise.all([find(c), unitsFor(c)]);
    return <RolesPage {...{ representative: c.var.representative, entry, units, filled }} />;
  }
}
