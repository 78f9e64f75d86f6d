import { readRecipient, recallDigest } from '../recipient.ts';
import { ReleasedKeys } from './released-keys.ts';

/** The grant that this page is the view of. */
export const grant = location.pathname.split('/')[2]!;

const recipient = readRecipient(grant).then((found) => {
  if (found) return found;
  throw new Error(
    'The key for this view is not in this browser. Open the recording again from the attempt’s page, in the browser you want to watch it in.',
  );
});
// Whoever needs it meets its failure.
recipient.catch(() => {});

/** The view's keys: one of these for the player and for who asks ahead of it. */
export const keys = new ReleasedKeys(grant, recipient, recallDigest(grant));
