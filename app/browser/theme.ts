/** The switch between light and dark: any button with data-theme-switch. The choice stays in this browser. */
const STORED = 'cloister-theme';
const root = document.documentElement;

const stored = localStorage.getItem(STORED);
if (stored === 'light' || stored === 'dark') root.dataset.theme = stored;

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-theme-switch]')) {
  button.addEventListener('click', () => {
    const shown = root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    root.dataset.theme = shown === 'dark' ? 'light' : 'dark';
    localStorage.setItem(STORED, root.dataset.theme);
  });
}
