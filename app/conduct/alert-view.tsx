import { Notice } from '../ui/status.tsx';

/** Reports that wait for a privacy officer's answer; null to everybody else. */
export type ReportsWaiting = { waiting: number; pressing: number } | null;

/** Says on every page of a privacy officer that reports wait, until they are answered. @param props.href of the list of reports */
export function ReportsAlert({ reports, href }: { reports: ReportsWaiting; href: string }) {
  if (!reports || reports.waiting === 0) return null;
  const { waiting, pressing } = reports;
  const one = waiting === 1;
  return (
    <Notice kind={pressing > 0 ? 'alarm' : 'notice'}>
      <p>
        <strong>
          {one ? 'A report of a prohibited use waits' : `${waiting} reports of a prohibited use wait`} for an answer.
        </strong>{' '}
        {pressing > 0 &&
          `${pressing === waiting ? (one ? 'It is' : 'They are') : `${pressing} of them ${pressing === 1 ? 'is' : 'are'}`} about money or clothing in an exam, which may be held by it or run at this moment. `}
        <a href={href}>Read and answer</a>
      </p>
    </Notice>
  );
}
