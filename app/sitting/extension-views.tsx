import { RosterShell, type RosterShellProps } from '../roster/views.tsx';
import { FormFault, NameField, NumberField, ReasonField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Icon } from '../ui/icons.tsx';
import { Notice, Status } from '../ui/status.tsx';

/** The form for more time, as it was filled in. */
export function NewExtensionPage({ filled, ...shell }: RosterShellProps & { filled: Filled }) {
  const { exam } = shell.exam;
  return (
    <RosterShell {...shell} title="Give more time" below>
      <p class="lead">
        It takes your passkey in the reading room. Once it is signed, the test takers’ pages show their new end within
        ten seconds, without being loaded again.
      </p>
      <form class="card stack" method="post" action={`/exams/${exam}/extensions`} novalidate>
        <FormFault filled={filled} />
        <NameField
          {...{ filled, optional: true, longest: 64 }}
          name="candidate"
          label="Candidate code"
          hint="Of the one who gets more time. Empty: everybody who sits this exam, also who begins later."
        />
        <NumberField
          {...{ filled, least: 1, most: 480 }}
          name="minutes"
          label="Minutes more"
          hint="They are added to what was given before. They cannot be taken back."
        />
        <ReasonField filled={filled} />
        <div class="row">
          <button class="button primary">Prepare it for signing</button>
          <a href={`/exams/${exam}/sitting`}>Back without a change</a>
        </div>
      </form>
    </RosterShell>
  );
}

/** How an extension stands that was proposed; where scripts run it asks anew until it is signed. */
export function ExtensionPage(
  props: RosterShellProps & { act: string; status: 'proposed' | 'applied' | 'withdrawn' | 'expired' },
) {
  const { act, status, ...shell } = props;
  const { exam } = shell.exam;
  const refresh = status === 'proposed' && {
    'hx-get': `/exams/${exam}/extensions/${act}`,
    'hx-trigger': 'every 3s',
    'hx-select': '#extension',
    'hx-swap': 'outerHTML',
    'hx-status:401': 'target:#main select:#main',
    'hx-status:4xx': 'swap:none',
    'hx-status:5xx': 'swap:none',
  };
  return (
    <RosterShell {...shell} title="More time" below scripts={['htmx']}>
      <div class="stack" id="extension" role="status" {...refresh}>
        {status === 'proposed' && (
          <div class="card stack">
            <p>
              It waits in the reading room for an exam administrator’s passkey. Until it is signed nobody has more time.
            </p>
            <p>
              <a class="button primary" href={`${shell.roomOrigin}/acts/${act}`}>
                <Icon name="key" />
                Sign it in the reading room
              </a>
            </p>
          </div>
        )}
        {status === 'applied' && (
          <p>
            <Status kind="good">Signed. The test takers’ pages show the new end within ten seconds.</Status>
          </p>
        )}
        {(status === 'withdrawn' || status === 'expired') && (
          <Notice kind="notice">
            <p>
              {status === 'withdrawn' ? 'It was turned down in the reading room.' : 'Nobody signed it within its time.'}{' '}
              Nobody has more time by it. Propose it again if it is still wanted.
            </p>
          </Notice>
        )}
      </div>
      <p>
        <a class="button" href={`/exams/${exam}/sitting`}>
          See how the exam goes
        </a>
      </p>
    </RosterShell>
  );
}
