/** Entry of /assets/recorder.js: on every page it keeps the link's fingerprint, on the recorder page it records. */
import { keepFingerprint } from './fingerprint.ts';
import { Page } from './page.ts';
import { Session } from './session.ts';

const fingerprint = keepFingerprint();
const main = document.querySelector<HTMLElement>('main[data-recorder]');
if (main) new Session(Page.find(main)).open(fingerprint);
