/**
 * Starts views, and opens them in the page that leads to them: to leave that page and load and start one of their own would take longer than
 * all else until the first frame. Where anything is not as expected, the browser goes there as it would by itself.
 */
import { readRecipient, shareRecipient, type Recipient } from './recipient.ts';

/** What app/browser/player/player.ts gives, which is a script of its own. */
type Player = typeof import('./player/player.ts');

/** Milliseconds that a view without a picture waits at most until it is shown. */
const HELD = 150;

/** The address whose page this document shows. */
let shown = location.pathname;
/** By grant, keys that were read while the person was still reading. */
const recipients = new Map<string, Recipient>();

/** Starts what this page has of views: itself where it is one, and the keys of those that it leads to. */
export function startPage(): void {
  // One view per document: whatever else history leads to is loaded.
  addEventListener('popstate', () => {
    if (location.pathname !== shown) location.reload();
  });
  const player = document.querySelector<HTMLElement>('[data-player]');
  if (player) {
    const grant = player.dataset['player']!;
    const recipient = readRecipient(grant);
    loadPlayer().then(
      ({ openKeys, startPlayer }) => startPlayer(player, openKeys(grant, recipient)),
      () => (player.dataset['state'] = 'unloaded'),
    );
  } else if (document.querySelector('[data-player-module]')) loadPlayer().catch(() => {});
  for (const { dataset } of document.querySelectorAll<HTMLElement>('form[data-passkey="act"]'))
    keep(readRecipient(dataset['act']!), [dataset['act']!]);
  for (const list of document.querySelectorAll<HTMLElement>('[data-grants]')) {
    const grants = list.dataset['grants']!.split(' ');
    const shared = shareRecipient(list.dataset['release']!, grants);
    keep(shared, grants);
    // The view that one of them leads to looks for the key at once.
    shared.catch(() => {}).finally(() => (list.hidden = false));
  }
}

function keep(reading: Promise<Recipient | undefined>, grants: readonly string[]): void {
  reading.then(
    (recipient) => recipient && grants.forEach((grant) => recipients.set(grant, recipient)),
    () => {},
  );
}

/**
 * Opens a view in this page: its address, title and content take the place of what was there, and it starts to play.
 * @param first what the page knows of what plays first in it, whose key is then asked for at once
 * @returns whether that was possible; it is not where the view has ended, or cannot be loaded
 */
export async function openView(address: string, first?: DOMStringMap): Promise<boolean> {
  if (!document.querySelector('[data-player-module]') || document.querySelector('[data-player]')) return false;
  const fetching = fetch(address, { headers: { accept: 'text/html' } });
  const opening = loadPlayer().then(({ openKeys, startPlayer }) => {
    const grant = new URL(address, location.href).pathname.split('/')[2]!;
    const recipient = recipients.get(grant);
    const keys = openKeys(grant, recipient ? Promise.resolve(recipient) : readRecipient(grant));
    const { recording, chapter, type } = first ?? {};
    // Whoever needs it meets its failure.
    if (recording && MediaSource.isTypeSupported(type!)) keys.get(recording, Number(chapter)).catch(() => {});
    return (view: HTMLElement) => startPlayer(view, keys);
  });
  opening.catch(() => {});
  try {
    const response = await fetching;
    if (!response.ok || response.redirected) return false;
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const body = document.adoptNode(page.body);
    const view = body.querySelector<HTMLElement>('[data-player]');
    if (!view) return false;
    const start = await opening;
    // Drawing the page keeps the browser from what the picture needs: it is shown with that, unless somebody would call it waiting.
    await Promise.race([start(view), new Promise((resolve) => setTimeout(resolve, HELD))]);
    document.body.replaceWith(body);
    history.pushState(null, '', address);
    shown = location.pathname;
    document.title = page.title;
  } catch {
    return false;
  }
  scrollTo(0, 0);
  const heading = document.querySelector('h1')!;
  heading.tabIndex = -1;
  heading.focus();
  return true;
}

/** By the address that the page names, so that the browser has fetched it by then. */
function loadPlayer(): Promise<Player> {
  const { href } = document.querySelector<HTMLLinkElement>('[data-player-module]')!;
  return import(href) as Promise<Player>;
}
