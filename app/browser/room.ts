/** Entry of /assets/room.js, which every page of the room has: passkeys, and views. */
import { connectForms } from './passkey.ts';
import { openView, startPage } from './watch.ts';

/** The view that is being opened. */
let opening: string | undefined;

startPage();
connectForms(follow);
document.addEventListener('click', (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>('a[href^="/grants/"]');
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || event.defaultPrevented) return;
  event.preventDefault();
  void follow(link.href, link.dataset);
});

/** Goes to a page of the room; to a view without leaving this one, where that can be. */
async function follow(address: string, first?: DOMStringMap): Promise<void> {
  const isView = new URL(address, location.href).pathname.startsWith('/grants/');
  const isAnother = opening !== undefined;
  // A second click on the same link.
  if (isView && address === opening) return;
  if (isView) opening = address;
  if (isView && !isAnother && (await openView(address, first))) connectForms(follow);
  else location.assign(address);
}
