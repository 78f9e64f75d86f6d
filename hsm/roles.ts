import { z } from 'zod';

/** What a representative may be, in the words that stand in the sentences of acts. One person may be several. */
export const ROLES = {
  'exam-administrator': 'exam administrator',
  reviewer: 'reviewer',
  'privacy-officer': 'privacy officer',
  observer: 'observer',
  custodian: 'custodian',
} as const;

export type Role = keyof typeof ROLES;

/** Who may be assigned to an exam and so see its attempts, ask to watch them and decide on them. */
export const VIEWING_ROLES: readonly Role[] = ['reviewer', 'privacy-officer'];

export const role = z.enum(Object.keys(ROLES) as [Role, ...Role[]]);

/** At least one role, each once, in the order of the table: a set has one form only in the canonical bytes. */
export const roles = z
  .array(role)
  .min(1)
  .refine((list) => list.every((one, i) => i === 0 || ORDER.indexOf(one) > ORDER.indexOf(list[i - 1] as Role)), {
    message: 'are not in the order of the table, or one stands twice',
  });

const ORDER = Object.keys(ROLES) as Role[];
