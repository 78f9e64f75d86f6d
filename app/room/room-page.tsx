import type { Child } from 'hono/jsx';
import { ReportsAlert } from '../conduct/alert-view.tsx';
import { assetPath } from '../ui/asset-path.ts';
import { type NavigationItem, Page, type PageProps } from '../ui/page.tsx';
import { Notice } from '../ui/status.tsx';
import type { Representative } from './custody.ts';
import { seesRegister, watches } from './duties.ts';
import { wordRoles } from './words.ts';

interface RoomPageProps extends Pick<PageProps, 'title' | 'main' | 'head'> {
  representative?: Representative;
  /** Address of the page's line in the navigation; pages without one have the window's whole width. */
  current?: string;
  children?: Child;
}

/** The room's shell: signed-in pages have the navigation. */
export function RoomPage({ title, main = {}, head, representative, current, children }: RoomPageProps) {
  const navigation =
    current && representative
      ? navigationFor(representative).map((line) => ({ ...line, current: line.href === current }))
      : [];
  return (
    <Page
      title={title}
      place="room"
      main={main}
      head={
        <>
          <link rel="stylesheet" href={assetPath('room.css')} />
          {head}
        </>
      }
      {...(representative && {
        person: `${representative.name}, ${wordRoles(representative.roles)}`,
      })}
      navigation={navigation}
    >
      {current && current !== '/reports' && representative && (
        <ReportsAlert reports={representative.reports} href="/reports" />
      )}
      {children}
    </Page>
  );
}

/** The pages that this person's roles open. */
function navigationFor(representative: Representative): Omit<NavigationItem, 'current'>[] {
  return [
    { href: '/desk', label: 'Your desk', icon: 'pen' },
    ...(watches(representative) ? [{ href: '/attempts', label: 'Attempts', icon: 'eye' } as const] : []),
    { href: '/exams', label: 'Exams', icon: 'list' },
    ...(seesRegister(representative)
      ? ([
          { href: '/representatives', label: 'People', icon: 'people' },
          { href: '/units', label: 'Units', icon: 'arch' },
        ] as const)
      : []),
    ...(representative.reports ? [{ href: '/reports', label: 'Reports', icon: 'notice' } as const] : []),
    { href: '/tickets', label: 'Staff pages', icon: 'open' },
  ];
}

/**
 * Has the browser fetch the player while the page is still being read, of a view and of what leads to one: the page's script finds it
 * here (app/browser/watch.ts).
 */
export function PlayerModule() {
  return <link rel="modulepreload" href={assetPath('player.js')} data-player-module />;
}

/** What the room can do while the key token is away. */
export function TokenAway() {
  return (
    <Notice kind="alarm">
      <p>The key token does not answer at the moment, so nothing can be watched or signed.</p>
      <p>
        Exams go on and are recorded. Custody looks for the token by itself; if it stays away for more than a few
        minutes, tell the operator of the appliance.
      </p>
    </Notice>
  );
}

/** Where a script of the page says what went wrong. */
export function Trouble() {
  return (
    <>
      <p class="trouble" role="alert" data-trouble></p>
      <noscript>
        <Notice kind="notice">
          <p>Passkeys and playback need JavaScript. Switch it on for this page.</p>
        </Notice>
      </noscript>
    </>
  );
}
