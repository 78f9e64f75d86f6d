import type { Child } from 'hono/jsx';
import { check as said } from '../../browser/words/en/check.ts';

/** The system check's page. What its script says stands in app/browser/words. */
export const check = {
  names: said.names,
  title: (exam: string | undefined): string => (exam === undefined ? 'System check' : `System check: ${exam}`),
  heading: 'Will this device do?',
  lead: (own: boolean) =>
    `This page tries out, on this computer and in this browser, what ${own ? 'your exam needs' : 'a recorded exam may need'}. It takes about a minute. Use the place, the computer and the connection of your exam day.`,
  nothing:
    'Nothing is recorded. Picture and sound stay in this page. To measure your connection, random bytes are sent and thrown away as they arrive. The result stays here too, unless you copy it.',
  noScript: 'JavaScript is switched off in this browser, and without it nothing can be checked or recorded.',
  start: 'Start the check',
  progress: 'Checked so far',
  found: 'What was found',
  preview: 'What only you see',
  skip: 'Leave this out',
  help: 'Do you need help?',
  copyHint: (contact: Child | undefined) => (
    <>
      Copy the result into a message to {contact ?? 'your institution’s helpdesk'}. It says nothing about you: no name,
      no address, no names of your devices.
    </>
  ),
  copy: 'Copy the result',
  copied: 'What is copied',
  back: 'Back to your exam',
  link: 'You have your personal link already? Open it, and check from there: then it is checked for exactly what your exam needs, and you can do a practice run.',

  needed: (own: boolean): string => (own ? 'What your exam needs' : 'What a recorded exam needs at most'),
  computer: ['A computer', 'With a current Chrome, Edge, Firefox or Safari. Telephones cannot share their screen.'] as [
    string,
    string,
  ],
  camera: 'A camera',
  screen: 'Your screen, shared',
  picture: (width: number, height: number, frameRate: number) =>
    `${width} × ${height} at up to ${frameRate} pictures a second`,
  microphone: ['A microphone', 'The one that is built in will do.'] as [string, string],
  connection: 'A connection',
  rates: (most: string, least: string) =>
    `That sends ${most} for the finest picture; from ${least} on it works, with a coarser one.`,
  room: 'Room in the browser',
  hour: (bytes: string) =>
    `${bytes} for an hour without any connection. What could not be sent waits there, encrypted.`,
};
