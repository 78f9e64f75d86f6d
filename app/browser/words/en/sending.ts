/** What is said of keeping, sending and sealing. */
export const sending = {
  noStore:
    'Your browser keeps no data for this page, so it could not go on after a reload. Leave private browsing, or allow this page to keep data, and open the page again.',
  noSession:
    'Your session has ended. Open your personal link in another tab of this browser; this page then goes on by itself.',
  otherLink:
    'Another exam link was opened in this browser. Open your own link again in another tab; this page then goes on by itself.',
  noAnswer: 'The appliance does not answer yet. This page tries again by itself.',
  partLost: 'A part of the recording could not be stored. This was noted and is not held against you.',
  notTaken:
    'A part of the recording could not be handed over just now. It is kept here, and this page tries again by itself; recording goes on.',
  full: 'Your browser has no room left on this computer, so recording cannot begin here. What was stored is kept. Free some disk space and reload the page; this is not held against you.',
  unsealed:
    'Everything that was recorded is stored, but your browser could not seal it. You need to do nothing more: the appliance closes your exam by itself after the time to send recordings, and this is not held against you. To try once more, reload this page.',
  goesOnElsewhere:
    'Your exam was continued in another browser. Everything that was recorded here is sent; finish the exam there. You can close this page.',
  fault: (detail: string) =>
    `The recorder stopped because of a fault in this page (${detail}). What was stored is kept. Reload the page to go on recording; this is not held against you.`,
  otherKey:
    'This page did not show the key that your invitation names, so nothing was recorded. Somebody may be between you and your institution, or the link is from another exam. Do not go on; open the link in your invitation again, and if this sentence comes back tell your institution.',
  keyUnchecked:
    'Your browser cannot check the key of this exam, so nothing was recorded. Update your browser, or use a current Chrome, Edge, Firefox or Safari.',
  keyUnsigned:
    'The key of this exam is not signed by your institution’s appliance, so nothing was recorded. Tell your institution; you did nothing wrong.',
  otherWindow:
    'The recorder is open in another window of this browser, and only one of them can record. Go on there; or close it, and this window takes over by itself.',
  paused: 'Your connection paused.',
  unexplained: (status: number) => `The appliance answered with an error (${status}).`,
};
