import { type Context, Hono } from 'hono';
import type { RoomCustody } from '../custody/client.ts';
import { Notice } from '../ui/status.tsx';
import type { Proposal, Representative } from './custody.ts';
import { FormFault, ReasonField } from '../ui/fields.tsx';
import { answerForm, reasonForm } from './proposal.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { RoomPage } from './room-page.tsx';
import { requireRepresentative, type RoomEnv } from './session-guard.ts';

/** A change that a person proposes by giving a reason and nothing else. */
export interface ReasonedChange {
  /** @param name of what is changed */
  heading: (name: string) => string;
  /** What it does, and what it does not. */
  effect: string;
  /** How many people sign it. */
  people: 1 | 2;
  button: string;
  proposal(id: string, reason: string): Proposal;
}

/** What is changed: its id and its name, and the page it has. */
export interface Subject {
  id: string;
  name: string;
  page: string;
}

/**
 * A page with a form for each change, under `/:<parameter>/<change>`, and what the form proposes.
 * @param find finds what the address names, among what this person may see. @throws AppError not-found
 */
export function reasonedChanges(options: {
  custody: RoomCustody;
  parameter: string;
  current: string;
  changes: Record<string, ReasonedChange>;
  find: (c: Context<RoomEnv>) => Promise<Subject>;
}) {
  const { custody, parameter, current, changes, find } = options;
  const signedIn = requireRepresentative(custody);
  const app = new Hono<RoomEnv>();
  for (const [name, change] of Object.entries(changes)) {
    const path = `/:${parameter}/${name}`;
    const page = (c: Context<RoomEnv>, subject: Subject, filled: Filled) => (
      <ChangePage {...{ representative: c.var.representative, current, change, subject, filled }} />
    );
    app.get(path, signedIn, async (c) => c.html(page(c, await find(c), UNFILLED)));
    app.post(path, signedIn, async (c) => {
      const subject = await find(c);
      return answerForm(c, custody, {
        shape: reasonForm,
        proposal: ({ reason }) => change.proposal(subject.id, reason),
        page: (filled) => page(c, subject, filled),
      });
    });
  }
  return app;
}

function ChangePage(props: {
  representative: Representative;
  current: string;
  change: ReasonedChange;
  subject: Subject;
  filled: Filled;
}) {
  const { representative, current, change, subject, filled } = props;
  const heading = change.heading(subject.name);
  return (
    <RoomPage title={heading} representative={representative} current={current}>
      <div class="stack narrow">
        <h1>{heading}</h1>
        <p>{change.effect}</p>
        <FormFault filled={filled} />
        <form class="card stack" method="post">
          <ReasonField filled={filled} />
          <div class="row">
            <button class="button primary">{change.button}</button>
            <a class="button bare" href={subject.page}>
              Not now
            </a>
          </div>
        </form>
        <Signers people={change.people} />
      </div>
    </RoomPage>
  );
}

/** Says how a proposal goes on. */
export function Signers({ people }: { people: 1 | 2 }) {
  return (
    <Notice kind="quiet">
      <p>
        {people === 1
          ? 'Next, custody says in its own words what this does. It is in force once you have signed that with your passkey.'
          : 'Next, custody says in its own words what this does, and you sign that with your passkey. It is in force once a second person has signed the same: they find it on their desk, for 24 hours.'}
      </p>
    </Notice>
  );
}
