import type { restrictions as english } from '../en/restrictions.ts';

export const restrictions: typeof english = {
  fullScreen: (seconds) =>
    seconds > 0
      ? `Diese Prüfung soll im Vollbild stehen. Wählen Sie „Im Vollbild zeigen“; nach ${seconds} Sekunden wird vermerkt, dass sie es nicht tut.`
      : 'Diese Prüfung soll im Vollbild stehen; dass sie es nicht tut, wird vermerkt, solange es so ist. Wählen Sie „Im Vollbild zeigen“.',
  unable:
    'Ihr Browser kann diese Seite nicht im Vollbild zeigen. Machen Sie ohne weiter: Vermerkt wird nichts, und es wird Ihnen nicht angelastet.',
  refused: 'Ihr Browser ist nicht ins Vollbild gegangen. Versuchen Sie es noch einmal mit der Schaltfläche.',
  oneScreen:
    'Ein zweiter Bildschirm ist angeschlossen, und diese Prüfung sieht nur einen vor. Schalten Sie den anderen innerhalb einer Minute aus oder ziehen Sie sein Kabel; danach wird vermerkt, dass er da ist.',
  clipboard: 'Kopieren und Einfügen sind auf dieser Seite ausgeschaltet. Vermerkt wird nichts.',
  noted: {
    'full-screen': (from, to) =>
      to === null ? `Seit ${from} nicht im Vollbild.` : `Von ${from} bis ${to} nicht im Vollbild.`,
    'left-page': (from, to) =>
      to === null
        ? `Seit ${from} ist diese Seite nicht im Vordergrund.`
        : `Von ${from} bis ${to} war diese Seite nicht im Vordergrund.`,
    'one-screen': (from, to) =>
      to === null
        ? `Seit ${from} ist ein zweiter Bildschirm angeschlossen.`
        : `Von ${from} bis ${to} war ein zweiter Bildschirm angeschlossen.`,
  },
};
