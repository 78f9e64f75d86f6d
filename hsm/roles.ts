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

export const role = z.enum(Object.keys(ROLES) as [Role, ...Role[]]);

/** At least one role, each once, in the order of the table: a set has one form only in the canonical bytes. */
export const roles = z
  .array(role)
  .min(1)
  .refine((list) => list.every((one, i) => i === 0 || ORDER.indexOf(one) > ORDER.indexOf(list[i - 1] as Role)), {
    message: 'are not in the order of the table, or one stands twice',
  });

const ORDER = Object.keys(ROLES) as Role[];

/** @returns the roles as `roles` takes them: each once, in the table's order */
export function orderRoles(list: readonly Role[]): Role[] {
  return ORDER.filter((one) => list.includes(one));
}
