import { Icon } from '../ui/icons.tsx';
import type { Enrolment } from './custody.ts';
import { RoomPage, TokenAway, Trouble } from './room-page.tsx';
import { wordRoles } from './words.ts';

export function SignInPage({ institution, tokenAway }: { institution: string; tokenAway: boolean }) {
  return (
    <RoomPage title="Sign in">
      <div class="stack narrow">
        <p class="eyebrow">{institution}</p>
        <h1>The reading room</h1>
        <p>
          Recordings of exams are watched here and nowhere else. Each view needs a purpose and a touch of your passkey,
          and stands in a record that the test taker can read.
        </p>
        {tokenAway && <TokenAway />}
        <form data-passkey="sign-in">
          <button class="button primary" disabled>
            <Icon name="key" />
            Sign in with your passkey
          </button>
        </form>
        <Trouble />
        <p class="hint">No passkey yet? An officer of your institution sends you a link to enrol one.</p>
      </div>
    </RoomPage>
  );
}

export function EnrolmentPage({ token, representative }: Pick<Enrolment, 'representative'> & { token: string }) {
  return (
    <RoomPage title="Enrol your passkey">
      <div class="stack narrow">
        <h1>Enrol your passkey</h1>
        <p>
          A passkey is a key that stays in this device or in your security key. You unlock it with your finger, your
          face or a PIN, which never leave the device. With it you sign in to the reading room and sign what you do
          here.
        </p>
        <dl class="details">
          <dt>Name</dt>
          <dd>{representative.name}</dd>
          <dt>Role</dt>
          <dd>{wordRoles(representative.roles)}</dd>
        </dl>
        <form data-passkey="enrol" data-token={token}>
          <button class="button primary" disabled>
            <Icon name="key" />
            Enrol this passkey
          </button>
        </form>
        <Trouble />
        <p class="hint">Is this not you? Close the page and tell the officer who sent you the link.</p>
      </div>
    </RoomPage>
  );
}
