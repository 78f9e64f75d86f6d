import type { Representative } from './custody.ts';

/**
 * What a person's roles let them do, so that pages offer nobody what custody would refuse. It is custody that decides.
 */

/** Brings people in, suspends and reinstates: whoever answers for the unit, or for the whole institution. */
export function isOfficerOf(who: Representative, unit: string | null): boolean {
  return who.roles.includes('privacy-officer') && answersFor(who, unit);
}

/** Assigns people to the unit's exams. */
export function runsExamsOf(who: Representative, unit: string | null): boolean {
  return isOfficerOf(who, unit) || (who.roles.includes('exam-administrator') && answersFor(who, unit));
}

/** May see the register: the people and units that they answer for. */
export function seesRegister({ roles }: Representative): boolean {
  return roles.includes('privacy-officer') || roles.includes('exam-administrator');
}

/** May be assigned to exams, and so watches and decides. */
export function watches({ roles }: Pick<Representative, 'roles'>): boolean {
  return roles.some((role) => role === 'reviewer' || role === 'privacy-officer');
}

function answersFor(who: Representative, unit: string | null): boolean {
  return who.unit === null || who.unit === unit;
}
