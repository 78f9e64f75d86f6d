/** Entry of /assets/first-key.js: asks for the key of what plays first while the rest of the page is still being read. */
import { keys } from './view.ts';

const { recording, chapter, type } = document.querySelector<HTMLElement>('meta[name="first-chapter"]')!.dataset;
if (MediaSource.isTypeSupported(type!)) keys.get(recording!, Number(chapter)).catch(() => {});
