import { Icon } from '../ui/icons.tsx';
import { Page } from '../ui/page.tsx';

/** Who is not signed in is told where signing in happens: passkeys are touched in the reading room only. */
export function SignInPage({ institution, roomOrigin }: { institution: string; roomOrigin: string }) {
  return (
    <Page title="Sign in" place="staff">
      <div class="stack">
        <p class="eyebrow">{institution}</p>
        <h1>Sign in in the reading room</h1>
        <p>
          You are not signed in here, or your session has ended. Passkeys are used in the reading room only: sign in
          there, then choose “Staff pages”, and you come back here signed in.
        </p>
        <p>
          <a class="button primary" href={roomOrigin}>
            <Icon name="key" />
            Go to the reading room
          </a>
        </p>
      </div>
    </Page>
  );
}
