import type { Child } from 'hono/jsx';
import { assetPath } from '../ui/asset-path.ts';
import { Page, type PageProps } from '../ui/page.tsx';
import { Notice } from '../ui/status.tsx';
import type { Representative } from './custody.ts';
import { ROLES } from './words.ts';

interface RoomPageProps extends Pick<PageProps, 'title' | 'scripts' | 'main' | 'head'> {
  representative?: Representative;
  /** Address of the page's line in the navigation; pages without one have the window's whole width. */
  current?: string;
  children?: Child;
}

/** The room's shell: signed-in pages have the navigation. */
export function RoomPage({ title, scripts = [], main = {}, head, representative, current, children }: RoomPageProps) {
  const navigation = current && [
    { href: '/attempts', label: 'Attempts', icon: 'list' as const, current: current === '/attempts' },
    { href: '/tickets', label: 'Staff pages', icon: 'open' as const, current: current === '/tickets' },
  ];
  return (
    <Page
      title={title}
      place="room"
      scripts={scripts}
      main={main}
      head={head}
      {...(representative && {
        person: `${representative.name}, ${ROLES[representative.role] ?? representative.role}`,
      })}
      {...(navigation && { navigation })}
    >
      <link rel="stylesheet" href={assetPath('room.css')} />
      {children}
    </Page>
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
