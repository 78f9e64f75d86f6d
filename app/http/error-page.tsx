import { Page, type Place } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';

export interface ErrorPageProps {
  place: Place;
  status: number;
  /** What happened, what it means, what to do. */
  sentence: string;
  requestId: string;
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
export function errorPage({ place, status, sentence, requestId }: ErrorPageProps) {
  const heading = HEADINGS[status] ?? (status >= 500 ? 'Something went wrong' : 'This did not work');
  return (
    <Page title={heading} place={place}>
      <div class="stack">
        <p class="eyebrow">
          <Status kind={status >= 500 ? 'alarm' : 'notice'}>Error {status}</Status>
        </p>
        <h1>{heading}</h1>
        <p>{sentence}</p>
        <p>
          <a class="button" href="/">
            Go to the first page
          </a>
        </p>
        <p class="hint">
          If you ask for help, give this number: <code>{requestId}</code>
        </p>
      </div>
    </Page>
  );
}
