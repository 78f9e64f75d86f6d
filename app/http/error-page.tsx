import type { Child } from 'hono/jsx';
import type { AppError } from '../errors.ts';
import { Page, type Place } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';

export interface ErrorPageProps {
  place: Place;
  error: AppError;
  requestId: string;
  /** Says more of this error than its status does. */
  heading?: string | undefined;
  /** Where the person goes on from here; the first page where nothing better is known. */
  way?: { href: string; label: string } | undefined;
  /** What stands below the error's sentence. */
  children?: Child;
}

const HEADINGS: Record<number, string> = {
  401: 'Please come in again',
  403: 'This is not open to you',
  404: 'Nothing here',
  409: 'This cannot be done now',
  503: 'Please wait a moment',
  507: 'Please wait a moment',
};

/** What a person sees when a page fails. The number lets them and campus IT speak about the same event. */
export function ErrorPage(props: ErrorPageProps) {
  const { status, sentence } = props.error;
  const heading = props.heading ?? HEADINGS[status] ?? (status >= 500 ? 'Something went wrong' : 'This did not work');
  const { href, label } = props.way ?? { href: '/', label: 'Go to the first page' };
  return (
    <Page title={heading} place={props.place}>
      <div class="stack">
        <p class="eyebrow">
          <Status kind={status >= 500 ? 'alarm' : 'notice'}>Error {status}</Status>
        </p>
        <h1>{heading}</h1>
        <p>{sentence}</p>
        {props.children}
        <p>
          <a class="button" href={href}>
            {label}
          </a>
        </p>
        <p class="hint">
          If you ask for help, give this number: <code>{props.requestId}</code>
        </p>
      </div>
    </Page>
  );
}
