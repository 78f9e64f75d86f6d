import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { LANGUAGE_NAMES, LANGUAGES } from '../words/languages.ts';
import type { Words } from '../words/en.ts';
import type { Reading } from '../words/language.ts';
import { shell as english } from '../words/en/shell.ts';
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
  /** Of a test taker's page: its words, and the way to others. Staff read English. */
  reading?: Reading;
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

const PLACES = { staff: 'Staff', room: 'Reading room' };

/** The shell of every page: head, skip link, masthead, side navigation, main. */
export function Page({ title, place, reading, scripts = [], navigation = [], main = {}, ...props }: PageProps) {
  const { person, head, children } = props;
  const shell = reading?.words.shell ?? english;
  return (
    <>
      {raw('<!DOCTYPE html>')}
      <html lang={reading?.words.language ?? 'en'} data-place={place}>
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
            {shell.skip}
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
            <span class="place">{place === 'exam' ? shell.place : PLACES[place]}</span>
            <div class="person">
              {person && <span class="name">{person}</span>}
              {reading && reading.path !== null && <Languages words={reading.words} path={reading.path} />}
              {place !== 'room' && (
                <button type="button" class="button bare" data-theme-switch title={shell.theme}>
                  <Icon name="theme" />
                  <span class="unseen">{shell.theme}</span>
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
          {reading && <Foot {...reading} />}
        </body>
      </html>
    </>
  );
}

/** The other languages that the page can be read in; choosing one comes back to it. Works without a script. */
function Languages({ words, path }: { words: Words; path: string }) {
  return (
    <form method="post" action="/language" aria-label={words.shell.language}>
      <input type="hidden" name="path" value={path} />
      {LANGUAGES.filter((language) => language !== words.language).map((language) => (
        <button class="button bare" name="language" value={language} lang={language}>
          {LANGUAGE_NAMES[language]}
        </button>
      ))}
    </form>
  );
}

/**
 * What a test taker can always do and look up. In a tab of its own, so that the page that they are on, and a recording that runs there, stays as it is;
 * which page that was goes along.
 */
function Foot({ words, path }: Reading) {
  const { shell } = words;
  const links = [
    { href: `/reports/new?page=${pageOf(path ?? '/')}`, label: shell.report },
    { href: '/reports', label: shell.answers },
    { href: '/charter', label: shell.charter },
  ];
  return (
    <footer class="foot">
      <nav aria-label={shell.foot}>
        {links.map(({ href, label }) => (
          <a href={href} target="_blank" rel="noopener">
            {label}
            <span class="unseen"> ({shell.newTab})</span>
          </a>
        ))}
      </nav>
    </footer>
  );
}

/** @returns a path up to what might be a link's secret or name a person: “/attempt/recorder”, “/i” */
function pageOf(path: string): string {
  const segments = path.split('/').slice(1);
  const end = segments.findIndex((segment) => !/^[a-z-]{1,30}$/.test(segment));
  return `/${segments.slice(0, end === -1 ? 4 : Math.min(end, 4)).join('/')}`;
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
