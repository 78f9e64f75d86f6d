/** Entry of /assets/check.js: says whether this device will do, check by check, and keeps nothing. */
import type { RecordedKinds } from '../../wire.ts';
import { checkBrowser } from './browser.ts';
import { checkCamera, checkMicrophone, checkScreen, type Desk } from './devices.ts';
import { browserOf, type Check, checksFor, type Finding, type Findings, summaryOf, textOf } from './finding.ts';
import { checkAnswers, checkUpload } from './line.ts';
import { needsOf } from './needs.ts';
import { CheckPage } from './page.ts';
import { checkPower } from './power.ts';
import { checkProcessor } from './processor.ts';
import { checkStorage } from './storage.ts';
import { words } from '../words/check.ts';

/** These wait for a person. */
const SKIPPABLE: Check[] = ['camera', 'microphone', 'screen'];
/** Milliseconds that a copied result is said to be copied. */
const COPIED = 3000;

const main = document.querySelector<HTMLElement>('main[data-check]');
if (main) open(main, new CheckPage(main));

function open(main: HTMLElement, page: CheckPage): void {
  const kinds = JSON.parse(main.dataset['check'] ?? '') as RecordedKinds;
  const title = main.dataset['title'] ?? '';
  page.start.disabled = false;
  page.start.addEventListener('click', () => void check(page, kinds, title));
}

async function check(page: CheckPage, kinds: RecordedKinds, title: string): Promise<void> {
  const needs = needsOf(kinds);
  let answers: ReturnType<typeof checkAnswers> | null = null;
  const checks: Record<Check, (desk: Desk) => Promise<Finding>> = {
    browser: () => checkBrowser(kinds),
    storage: () => checkStorage(needs),
    camera: checkCamera,
    microphone: checkMicrophone,
    screen: checkScreen,
    processor: () => checkProcessor(kinds),
    upload: ({ say }) => checkUpload(needs, say),
    'round-trip': async () => (await (answers ??= checkAnswers()))['round-trip'],
    clock: async () => (await (answers ??= checkAnswers())).clock,
    power: checkPower,
  };
  const findings: Findings = {};
  const wanted = checksFor(kinds);
  page.begin();
  for (const [done, name] of wanted.entries()) {
    const desk = page.enter(name, done, wanted.length, SKIPPABLE.includes(name));
    const found = await Promise.race([checks[name](desk), leftOut(desk.left)]).catch(faulty);
    findings[name] = found;
    page.put(name, found);
  }
  const text = textOf(findings, { title, at: new Date(), browser: browserOf(navigator.userAgent) });
  page.end(summaryOf(findings), text);
  page.copy.onclick = () => void copy(page.copy, text);
}

function leftOut(left: AbortSignal): Promise<Finding> {
  const finding: Finding = { verdict: 'skipped', sentence: words.page.leftOut };
  return new Promise((resolve) => left.addEventListener('abort', () => resolve(finding)));
}

function faulty(error: unknown): Finding {
  const name = error instanceof Error || error instanceof DOMException ? error.name : 'unknown';
  return { verdict: 'unmeasured', sentence: words.page.faulty(name) };
}

async function copy(button: HTMLButtonElement, text: string): Promise<void> {
  const label = button.textContent;
  const copied = await navigator.clipboard.writeText(text).then(
    () => words.page.copied,
    () => words.page.notCopied,
  );
  button.textContent = copied;
  setTimeout(() => (button.textContent = label), COPIED);
}
