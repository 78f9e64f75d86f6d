import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { RoomCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { idOf } from '../http/address.ts';
import { answerForm, words } from './proposal.ts';
import { UNFILLED } from '../ui/filled.ts';
import { type ReasonedChange, reasonedChanges } from './reasoned-changes.tsx';
import { requireRepresentative, type RoomEnv } from './session-guard.ts';
import { UnitPage, UnitsPage } from './unit-views.tsx';

const unitForm = z.object({ name: words('Write the unit’s name, for instance “Faculty of Philosophy”.', 100) });

const CHANGES: Record<string, ReasonedChange> = {
  suspension: {
    heading: (name) => `Suspend “${name}”`,
    effect:
      'Its people can do nothing, nothing of its exams can be opened, and what is being watched stops. Its exams go on and are recorded.',
    people: 1,
    button: 'Go on to sign the suspension',
    proposal: (unit, reason) => ({ type: 'suspend-unit', unit, reason }),
  },
  reinstatement: {
    heading: (name) => `Reinstate “${name}”`,
    effect: 'Its people can do again what their roles let them do, and its exams’ recordings can be opened again.',
    people: 2,
    button: 'Go on to sign the reinstatement',
    proposal: (unit, reason) => ({ type: 'reinstate-unit', unit, reason }),
  },
};

/** The units of the institution, and what may be proposed about them. */
export function unitRoutes({ custody }: { custody: RoomCustody }) {
  const signedIn = requireRepresentative(custody);
  /** @throws AppError not-found for a unit that this person does not answer for */
  async function find(c: Context<RoomEnv>) {
    const id = idOf(c, 'unit');
    const found = (await custody.units(c.var.session)).units.find(({ unit }) => unit === id);
    if (!found) throw new AppError('not-found');
    return found;
  }

  return new Hono<RoomEnv>()
    .get('/', signedIn, async (c) => {
      const { units } = await custody.units(c.var.session);
      return c.html(<UnitsPage {...{ representative: c.var.representative, units, filled: UNFILLED }} />);
    })
    .post('/', signedIn, async (c) => {
      const { representative, session } = c.var;
      const { units } = await custody.units(session);
      return answerForm(c, custody, {
        shape: unitForm,
        proposal: ({ name }) => ({ type: 'register-unit', name }),
        page: (filled) => <UnitsPage {...{ representative, units, filled }} />,
      });
    })
    .get('/:unit', signedIn, async (c) => {
      const { representative, session } = c.var;
      const [unit, { representatives }, { exams }] = await Promise.all([
        find(c),
        custody.representatives(session),
        custody.exams(session),
      ]);
      return c.html(
        <UnitPage
          representative={representative}
          unit={unit}
          people={representatives.filter((one) => one.unit === unit.unit)}
          exams={exams.filter(({ policy }) => policy.unit === unit.unit)}
        />,
      );
    })
    .route(
      '/',
      reasonedChanges({
        custody,
        parameter: 'unit',
        current: '/units',
        changes: CHANGES,
        find: async (c) => {
          const { unit, name } = await find(c);
          return { id: unit, name, page: `/units/${unit}` };
        },
      }),
    );
}
