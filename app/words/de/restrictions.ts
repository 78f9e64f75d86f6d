import type { Words } from '../en.ts';

const names: Words['restrictions']['names'] = {
  'full-screen': 'Vollbild',
  'left-page': 'Verlassen der Seite',
  'one-screen': 'Ein Bildschirm',
  clipboard: 'Kopieren und Einfügen',
};

export const restrictions: Words['restrictions'] = {
  heading: 'Was eingeschränkt ist und warum',
  names,
  lifted: (some) => `Für Sie nicht eingeschränkt: ${some.map((one) => names[one]).join(', ')}.`,
  does: {
    'full-screen':
      'Die Seite bittet darum, im Vollbild zu stehen. Vermerkt wird, von wann bis wann sie es nicht tut; am Anfang haben Sie eine Minute Zeit, später zehn Sekunden. Kann Ihr Browser es nicht, wird nichts vermerkt.',
    'left-page':
      'Vermerkt wird, von wann bis wann ein anderer Tab, ein anderes Fenster oder ein anderes Programm vor der Prüfung liegt, nicht welches und nicht, was Sie dort tun. Ein, zwei Sekunden werden nicht vermerkt, ebenso wenig Dialoge, die diese Seite öffnet.',
    'one-screen':
      'Bleibt ein zweiter Bildschirm länger als eine Minute angeschlossen, wird vermerkt, von wann bis wann. Sagt Ihr Browser darüber nichts, wird nichts vermerkt.',
    clipboard:
      'Aus der Seite der Prüfung lässt sich nichts kopieren und nichts in sie einfügen. Dass Sie es versucht haben, wird nirgends vermerkt.',
  },
  why: 'Warum:',
  meaning:
    'Von jedem Vermerk erfahren Sie sofort. Er enthält nur seine Zeiten und entscheidet nichts: Es kann sein, dass Menschen die Aufzeichnung um ihn herum ansehen. Passt etwas davon nicht zu Ihnen, etwa weil Sie eine Bildschirmlupe oder Diktat verwenden, dann bitten Sie um eine andere Regelung; das wird Ihnen nie angelastet.',
  fullScreen: 'Im Vollbild zeigen',
  noted: 'Was Ihr Browser vermerkt hat',
  notedText:
    'Nur Zeiten. Ein Vermerk sagt nichts über den Grund und entscheidet nichts; es kann sein, dass Menschen die Aufzeichnung um ihn herum ansehen, und Sie können sagen, was es war.',
  clipboard:
    'Kopieren und Einfügen sind auf dieser Seite ausgeschaltet. Dass jemand es versucht, wird nirgends vermerkt.',
};
