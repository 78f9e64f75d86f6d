/** How two pictures stand, and what the button says of it. */
const ARRANGEMENTS = {
  beside: 'Side by side',
  'camera-corner': 'Camera in the corner',
  'screen-corner': 'Screen in the corner',
} as const;
type Arrangement = keyof typeof ARRANGEMENTS;

/** The browser's local storage keeps the choice under this name. */
const KEPT = 'player-arrangement';

/**
 * Arranges the pictures as they were the last time. Without a camera and a screen there is nothing to choose.
 * @returns a function that goes on to the next arrangement
 */
export function arrangePictures(pictures: HTMLElement, button: HTMLElement): () => void {
  const names = Object.keys(ARRANGEMENTS) as Arrangement[];
  const count = (source: string) => pictures.querySelectorAll(`figure[data-source="${source}"]`).length;
  const isChoice = count('camera') === 1 && count('screen') === 1;
  button.hidden = !isChoice;
  const arrange = (name: Arrangement) => {
    pictures.dataset['arrangement'] = name;
    button.querySelector('[data-part="arrangement"]')!.textContent = ARRANGEMENTS[name];
  };
  const kept = names.find((name) => name === localStorage.getItem(KEPT));
  arrange((isChoice && kept) || 'beside');
  return () => {
    if (!isChoice) return;
    const next = names[(names.indexOf(pictures.dataset['arrangement'] as Arrangement) + 1) % names.length]!;
    arrange(next);
    localStorage.setItem(KEPT, next);
  };
}
