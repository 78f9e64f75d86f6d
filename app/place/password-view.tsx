import { FormFault, NameField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Page } from '../ui/page.tsx';
import { staffNavigation } from '../ui/staff-navigation.ts';

import type { OwnExam } from './own-exam.ts';

/** Characters. */
export const LONGEST_PASSWORD = 200;

/** Where an administrator sets the password of the page that an exam is on. */
export function PasswordPage(props: {
  person: string;
  roomOrigin: string;
  own: OwnExam;
  password: string | undefined;
  filled: Filled;
}) {
  const { person, roomOrigin, own, password, filled } = props;
  const { exam, title, published, waiting } = own;
  const back = published ? `/exams/${exam}` : `/exams/${exam}/draft#what`;
  const name = title || 'Exam without a title';
  return (
    <Page
      title={`Password of the exam’s page: ${name}`}
      place="staff"
      person={person}
      navigation={staffNavigation(roomOrigin, false)}
    >
      <div class="stack narrow">
        <p class="eyebrow">
          <a href={back}>{published ? `${name}, the roster` : `${name}, the draft`}</a>
        </p>
        <h1>Password of the exam’s page</h1>
        <p class="lead">
          Where the page elsewhere asks for a password, nobody can begin there without being recorded: test takers see
          the password on the recorder’s page, from the first seconds of their recording on and until it ends.
        </p>
        <FormFault filled={filled} />
        <form class="card stack" method="post" action={`/exams/${exam}/password`}>
          <NameField
            {...{ filled, optional: !published && !waiting }}
            name="password"
            label="Password"
            hint={
              published || waiting
                ? 'As the page elsewhere has it. It can be another one at any time; recorders show the new one within a minute.'
                : 'As the page elsewhere has it. Empty: the page asks for none.'
            }
            own={password}
            longest={LONGEST_PASSWORD}
          />
          <button class="button primary">Save the password</button>
        </form>
        <h2>Who sees it</h2>
        <ul>
          <li>You, and the other exam administrators of this exam’s unit.</li>
          <li>
            Each test taker while they are recorded. Where the screen is recorded, the password can be in the picture.
          </li>
          <li>
            Whoever runs this machine: it is kept as it is in the appliance’s database, because it has to be shown. Do
            not use a password that opens anything else.
          </li>
        </ul>
        <p class="hint">
          It is in nothing that is published: not on the page that test takers read before the exam, not in what is
          signed in the reading room, not in the ledger.
        </p>
        <h2>What it cannot do</h2>
        <p>
          It cannot keep test takers from telling it to somebody, or from going on in the page elsewhere after their
          recording has ended. Change it there and here where that matters.
        </p>
      </div>
    </Page>
  );
}
