import type { Sight } from '../../db/appliance/exams.ts';
import type { StaffEnv } from '../accounts/staff-guard.tsx';

type Signed = StaffEnv['Variables'];

/** @returns whether this person sets exams up */
export function setsUpExams({ representative }: Pick<Signed, 'representative'>): boolean {
  return representative.roles.includes('exam-administrator');
}

/** @returns which exams a person sees: administrators and privacy officers those of their unit, everybody those they are assigned to */
export function sightOf({ representative, assigned }: Pick<Signed, 'representative' | 'assigned'>): Sight {
  const { roles, unit } = representative;
  const runs = roles.includes('exam-administrator') || roles.includes('privacy-officer');
  return { runs: runs ? { unit } : null, assigned };
}

/** @returns whether an exam of this unit that is not published is seen */
export function seesDraftsOf({ runs }: Sight, unit: string | null): boolean {
  return runs !== null && (runs.unit === null || runs.unit === unit);
}
