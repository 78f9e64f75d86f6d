/** What the recorder's page says of what it restricts. */
export const restrictions = {
  /** @param seconds after which it is noted; 0 where it is noted already */
  fullScreen: (seconds: number) =>
    seconds > 0
      ? `This exam is to be shown in full screen. Choose “Show in full screen”; that it is not is noted after ${seconds} seconds.`
      : 'This exam is to be shown in full screen, and that it is not is noted until it is. Choose “Show in full screen”.',
  unable:
    'Your browser cannot show this page in full screen. Go on without: nothing is noted, and this is not held against you.',
  refused: 'Your browser did not go into full screen. Try again with the button.',
  oneScreen:
    'A second screen is connected, and this exam asks for one only. Switch the other one off or unplug it within a minute; after that it is noted that it is there.',
  clipboard: 'Copying and pasting are switched off on this page. Nothing is noted.',
  /** @param to null while it goes on */
  noted: {
    'full-screen': (from: string, to: string | null) =>
      to === null ? `Not in full screen since ${from}.` : `Not in full screen from ${from} to ${to}.`,
    'left-page': (from: string, to: string | null) =>
      to === null
        ? `This page has not been in front since ${from}.`
        : `This page was not in front from ${from} to ${to}.`,
    'one-screen': (from: string, to: string | null) =>
      to === null
        ? `A second screen has been connected since ${from}.`
        : `A second screen was connected from ${from} to ${to}.`,
  },
};
