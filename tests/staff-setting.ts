/** Who sets up, oversees and reviews exams in tests of the staff origin's pages. */
import { cookieOf, type Pages } from './attempt-pages-setting.ts';
import { carryOut, enrolRepresentative } from './custody-process.ts';

export type Staff = Awaited<ReturnType<typeof enterStaff>>;

/** @returns cookies on the staff origin of an exam administrator of the whole institution, one of the Faculty of Law, a privacy officer and a reviewer of the exam that the pages have */
export async function enterStaff(pages: Pages) {
  const { custody } = pages;
  const { officers, administrator } = custody.founders;
  const enter = async ({ session }: { session: string }) => cookieOf(await pages.enterStaff(session));
  const { made } = await carryOut(custody, { type: 'register-unit', name: 'Faculty of Law' }, [officers[0]]);
  const unit = made.unit as string;
  const lawyer = await enrolRepresentative(custody, 'Leo Law', [], { roles: ['exam-administrator'], unit });
  const reviewing = await enrolRepresentative(custody, 'Ines Moreau', [pages.exam]);
  return {
    administrator: await enter(administrator),
    lawyer: await enter(lawyer),
    officer: await enter(officers[0]),
    reviewer: await enter(reviewing),
    /** The Faculty of Law. */
    unit,
    /** The reviewer, in the room. */
    reviewing,
  };
}

/** Posts a form to the staff origin as browsers do. @param fields in the form's order */
export function postForm(pages: Pages, path: string, fields: readonly [string, string][], cookie: string) {
  const body = new URLSearchParams([...fields]).toString();
  const headers = {
    cookie,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
  };
  return pages.ask('staff', path, { method: 'POST', headers, body });
}
