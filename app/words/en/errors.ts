import type { Refusal } from '../../../hsm/errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { FORMATS } from '../formats.ts';

/** What a person reads when something fails: what happened, what it means, what to do. */
export const errors = {
  /** By code, where nothing more exact is known (app/errors.ts). */
  sentences: {
    'not-found': 'There is nothing here that you may see. Check the link, or go back to where you came from.',
    'not-signed-in':
      'You are not signed in, or your session has ended. Open your link or sign in again; nothing you saved is lost.',
    'other-origin':
      'This request came from another page than ours and was stopped. Open the page from its own address and try again.',
    'outside-network': 'This page is open to the institution’s own network only. Connect to it and try again.',
    malformed: 'The request was not understood. Reload the page and try again; if it happens again, report it.',
    'too-large': 'The request is larger than this page accepts.',
    'not-supported': 'This kind of content is not accepted here.',
    'segment-differs': 'Another segment is already stored under this number. The stored one stays as it is.',
    'chapter-differs': 'Another envelope is already stored for this chapter. The stored one stays as it is.',
    'chapter-unknown': 'This chapter has no envelope yet. Its envelope has to arrive before its segments.',
    'segments-missing': 'The statement names segments that have not arrived.',
    'not-recorded':
      'This is shown only while your exam is being recorded, and nothing of it has arrived in the last seconds. It follows by itself once something does; this is not held against you.',
    'attempt-sealed': 'This attempt has ended and its recording is sealed. Nothing can be added to it.',
    'upload-closed': 'The time to send this recording is over. This is not held against you.',
    'already-done': 'This has been done already. Nothing was changed.',
    'disk-full':
      'The appliance is running out of space. Your browser keeps what is not yet stored; leave the page open.',
    busy: 'The appliance is busy. Your browser keeps what is not yet stored and tries again by itself.',
    'custody-away':
      'The key custody is not answering. Recording goes on; watching and signing have to wait. Try again in a minute.',
    'asked-ahead':
      'This page is not fetched ahead of time, because opening it begins a view. Open it when you want to watch.',
    refused: 'Custody refused this.',
    internal:
      'Something went wrong on our side. It was logged under the number below. Try again; what was acknowledged is safe.',
  } satisfies Record<ErrorCode, string>,

  /** Of custody's refusals, in words for test takers. Where one is missing it has its code's sentence; in English, custody's own. */
  refusals: {} as Partial<Record<Refusal, string>>,

  linkUnknown:
    'This personal link is not known here. Nothing has been recorded. Copy the whole link from your invitation, to its very end, and open it again; if it still leads here, write to the contact in the invitation.',
  sessionEnded:
    'This page needs your personal link, or your session has ended. Open the link from your invitation again; what was recorded is kept.',
  examOver:
    'This exam is over. No attempt can begin any more. If you could not sit it, write to the contact on your exam page.',
  sitsElsewhere:
    'You sit this exam elsewhere, as was arranged with you; so nothing begins here. Your exam page says how and where.',
  arrangementsOver:
    'Your exam has ended, so nothing about it can be arranged any more. Write to the contact on your exam page.',
  /** @param opensAt ISO 8601 */
  notOpenYet: (opensAt: string) =>
    `This exam opens on ${FORMATS.en.moment(opensAt)} and cannot be begun before then. Nothing was recorded, and nothing is lost: come back to your exam page, which says how long it is still.`,
  /** @param until ISO 8601 */
  entryOver: (until: string) =>
    `This exam could be begun until ${FORMATS.en.moment(until)}. Nothing was recorded. If you could not begin by then, write to the contact on your exam page; you need not say why.`,
  examHeld:
    'This exam cannot begin yet: something about it was reported, and a privacy officer has to answer first. Nothing has been recorded. Stay ready and try again later; that you waited is not held against you. If you are in doubt, write to the contact on your exam page.',
  startedElsewhere:
    'This exam was started in another browser or window, and only that one can go on recording. What it recorded is kept. Go back to it; if you cannot, write to the contact on your exam page, and nothing is held against you.',
  tooManyBrowsers:
    'This exam was opened in twenty browsers already, and no further one can be added. What they recorded is kept. Go back to one of them; if you cannot, write to the contact on your exam page, and nothing is held against you.',
  notNoted:
    'This is not noted for you: your exam does not restrict it, or something else was arranged with you. Nothing was entered.',
  receiptFollows:
    'There is no receipt yet. Your recording is complete and its seal is kept; the receipt is made by itself as soon as the key custody answers. Look here again later.',
  receiptLater: 'There is no receipt yet: it is made when you finish the exam and your recording is sealed.',
  /** @param until ISO 8601 */
  uploadOver: (until: string) =>
    `The time to send this recording ended on ${FORMATS.en.moment(until)}. What arrived by then is kept; what is still in your browser cannot be taken any more. You need to do nothing, and none of this is held against you.`,
  handInOver: (until: string) =>
    `Files could be handed in until ${FORMATS.en.moment(until)}. This one was not taken; what arrived by then is kept. Write to the contact on your exam page: if something kept you from it, say what.`,
  tooManyHandIns: (most: number) =>
    `You have handed in ${most} files, earlier versions included, which is as many as can be taken. This one was not taken; all others are kept. Write to the contact on your exam page if it matters.`,
  handInTooLarge:
    'This file is larger than 20 MB, which is as large as one can be. It was not taken. Divide it, or save it with smaller pictures, and hand it in again.',
  practiceOver:
    'Your exam has begun, so nothing is tried out or measured now: your line belongs to the exam. Practice is over.',
  practiceOverWayBack:
    'Your exam has begun, so nothing is tried out or measured now: your line belongs to the exam. Practice is over. Open your personal link to go back to your exam.',
  tooMuchMeasured:
    'Too much is being measured at this moment, so your connection could not be. This says nothing about your device; try again in a minute.',

  /** Above the sentence, by HTTP status. */
  headings: {
    401: 'Please come in again',
    403: 'This is not open to you',
    404: 'Nothing here',
    409: 'This cannot be done now',
    503: 'Please wait a moment',
    507: 'Please wait a moment',
  } as Record<number, string>,
  ourFault: 'Something went wrong',
  anyFault: 'This did not work',
  status: (status: number) => `Error ${status}`,
  firstPage: 'Go to the first page',
  number: 'If you ask for help, give this number:',
};
