import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { RoomCustody } from '../custody/client.ts';
import type { ExamEntry, Purpose, Unit } from './custody.ts';
import { localMinute } from '../ui/fields.tsx';
import { answerForm, unitEntry } from './proposal.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { moment, whole } from '../http/entries.ts';
import { RulesPage } from './rules-view.tsx';
import { requireRepresentative, type RoomEnv } from './session-guard.ts';
import { PURPOSES } from './words.ts';

type Policy = ExamEntry['policy'];

const rulesForm = z
  .object({
    unit: unitEntry,
    'purposes[]': z
      .array(z.enum(Object.keys(PURPOSES) as [Purpose, ...Purpose[]]), 'Choose at least one purpose.')
      .min(1, 'Choose at least one purpose.'),
    closesAt: moment('Say on which day, and when, it closes.'),
    uploadHours: whole(1, 336, 'Write a number of hours, from 1 to 336.'),
    retentionDays: whole(1, 3650, 'Write a number of days, from 1 to 3650.'),
    reentry: z.enum(['any-browser', 'same-browser'], 'Choose one of the two.'),
    signers: z.enum(['1', '2'], 'Choose one of the two.'),
    chaptersAround: whole(0, 3, 'Write a number of chapters, from 0 to 3.'),
    drawn: whole(0, 5, 'Write a number of chapters, from 0 to 5.'),
  })
  .refine(({ uploadHours, retentionDays }) => uploadHours <= retentionDays * 24, {
    path: ['uploadHours'],
    message: 'Recordings would be taken for longer than they are kept. Write fewer hours, or more days below.',
  });

/**
 * The page on which an exam's rules are changed, and what it proposes.
 * @param parts.find finds the exam that the address names, among those that this person may see. @throws AppError not-found
 * @param parts.units those that this person answers for
 */
export function rulesRoutes(parts: {
  custody: RoomCustody;
  find: (c: Context<RoomEnv>) => Promise<ExamEntry>;
  units: (c: Context<RoomEnv>) => Promise<Unit[]>;
}) {
  const { custody, find, units } = parts;
  const signedIn = requireRepresentative(custody);
  const page = async (c: Context<RoomEnv>, exam: ExamEntry, filled: Filled) => (
    <RulesPage {...{ representative: c.var.representative, exam, units: await units(c), filled }} />
  );
  return new Hono<RoomEnv>()
    .get('/:exam/rules', signedIn, async (c) => c.html(await page(c, await find(c), UNFILLED)))
    .post('/:exam/rules', signedIn, async (c) => {
      const exam = await find(c);
      return answerForm(c, custody, {
        shape: rulesForm,
        proposal: (content) => ({ type: 'change-policy', exam: exam.exam, policy: rulesOf(content, exam.policy) }),
        page: (filled) => page(c, exam, filled),
      });
    });
}

/** What was left as it was comes as custody has it, to the letter: nothing else shall look like a change. */
function rulesOf(content: z.output<typeof rulesForm>, before: Policy): Policy {
  const { signers, chaptersAround, drawn, closesAt, 'purposes[]': purposes, ...rest } = content;
  const same = purposes.length === before.purposes.length && purposes.every((one) => before.purposes.includes(one));
  return {
    ...rest,
    purposes: same ? before.purposes : purposes,
    closesAt: localMinute(closesAt) === localMinute(before.closesAt) ? before.closesAt : closesAt,
    dualControl: signers === '2',
    leastView: { chaptersAround, drawn },
  };
}
