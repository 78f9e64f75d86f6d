import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { assetPath } from './asset-path.ts';
import { Icon, type IconName } from './icons.tsx';

export type Place = 'exam' | 'staff' | 'room';

/** A line of the side navigation. */
export interface NavigationItem {
  href: string;
  label: string;
  icon: IconName;
  current: boolean;
}

export interface PageProps {
  title: string;
  place: Place;
  /** Names of scripts under /assets, without their ending. */
  scripts?: string[];
  /** Name of who is signed in; staff and room get a way to sign out beside it. */
  person?: string;
  navigation?: NavigationItem[];
  /** Attributes of the main element, for the scripts of the page. */
  main?: Record<string, string>;
  /** What belongs into the page's head beside what every page has. */
  head?: Child;
  children?: Child;
}

/** What runs on every page of a place, before it is drawn for the first time. The room is dark, and has no switch for that. */
const FIRST: Record<Place, string> = { exam: 'theme', staff: 'theme', room: 'room' };
/** Asked for before the style sheet that names them, so that no text is drawn in others first. */
const FONTS = ['inter', 'source-serif'];

const PLACES: Record<Place, string> = { exam: 'Exam', staff: 'Staff', room: 'Reading room' };

/** The shell of every page: head, skip link, masthead, side navigation, main. */
export function Page({ title, place, scripts = [], person, navigation = [], main = {}, head, children }: PageProps) {
  return (
    <>
      {raw('<!DOCTYPE html>')}
      <html lang="en" data-place={place}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content={place === 'room' ? 'dark' : 'light dark'} />
          <title>{`${title} · Cloister`}</title>
          <link rel="icon" href={assetPath('favicon.svg')} type="image/svg+xml" />
          <link rel="stylesheet" href={assetPath('cloister.css')} />
          {FONTS.map((font) => (
            <link rel="preload" as="font" type="font/woff2" crossorigin="anonymous" href={`/assets/${font}.woff2`} />
          ))}
          <script type="module" src={assetPath(`${FIRST[place]}.js`)} blocking="render"></script>
          {scripts.map((script) => (
            <script type="module" src={assetPath(`${script}.js`)}></script>
          ))}
          {head}
        </head>
        <body>
          <a class="skip" href="#main">
            Skip to the content
          </a>
          <header class="masthead">
            {navigation.length > 0 && (
              <button type="button" class="button fold" popovertarget="navigation">
                <Icon name="list" />
                Menu
              </button>
            )}
            <a class="wordmark" href="/">
              <Icon name="arch" />
              Cloister
            </a>
            <span class="place">{PLACES[place]}</span>
            <div class="person">
              {person && <span class="name">{person}</span>}
              {place !== 'room' && (
                <button type="button" class="button bare" data-theme-switch title="Switch between light and dark">
                  <Icon name="theme" />
                  <span class="unseen">Switch between light and dark</span>
                </button>
              )}
              {person && place !== 'exam' && (
                <form method="post" action="/session/end">
                  <button class="button bare">
                    <Icon name="leave" />
                    Sign out
                  </button>
                </form>
              )}
            </div>
          </header>
          <div class="frame">
            {navigation.length > 0 && <Navigation items={navigation} />}
            <main id="main" tabindex={-1} {...main}>
              {children}
            </main>
          </div>
        </body>
      </html>
    </>
  );
}

/** Stands beside the page where there is room, and unfolds from the menu button where there is not; no script needed. */
function Navigation({ items }: { items: NavigationItem[] }) {
  return (
    <nav class="side" id="navigation" popover="auto" aria-label="Pages">
      <ul>
        {items.map((item) => (
          <li>
            <a href={item.href} aria-current={item.current ? 'page' : undefined}>
              <Icon name={item.icon} />
              {item.label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
