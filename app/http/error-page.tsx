import type { Child } from 'hono/jsx';
import type { AppError } from '../errors.ts';
import { errors as english } from '../words/en/errors.ts';
import type { Reading } from '../words/language.ts';
import { Page, type Place } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';

export interface ErrorPageProps {
  place: Place;
  error: AppError;
  /** Of a test taker's page. */
  reading?: Reading | undefined;
  requestId: string;
  /** Says more of this error than its status does. */
  heading?: string | undefined;
  /** Where the person goes on from here; the first page where nothing better is known. */
  way?: { href: string; label: string } | undefined;
  /** What stands below the error's sentence. */
  children?: Child;
}

/** What a person sees when a page fails. The number lets them and campus IT speak about the same event. */
export function ErrorPage(props: ErrorPageProps) {
  const { error, reading } = props;
  const { status } = error;
  const { errors } = reading?.words ?? { errors: english };
  const heading = props.heading ?? errors.headings[status] ?? (status >= 500 ? errors.ourFault : errors.anyFault);
  const { href, label } = props.way ?? { href: '/', label: errors.firstPage };
  return (
    <Page title={heading} place={props.place} {...(reading && { reading })}>
      <div class="stack">
        <p class="eyebrow">
          <Status kind={status >= 500 ? 'alarm' : 'notice'}>{errors.status(status)}</Status>
        </p>
        <h1>{heading}</h1>
        <p>{reading ? error.sentenceIn(reading.words) : error.sentence}</p>
        {props.children}
        <p>
          <a class="button" href={href}>
            {label}
          </a>
        </p>
        <p class="hint">
          {errors.number} <code>{props.requestId}</code>
        </p>
      </div>
    </Page>
  );
}
