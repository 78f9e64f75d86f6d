import type { aids as english } from '../en/aids.ts';

export const aids: typeof english = {
  faults: {
    empty: () => 'Hier steht noch nichts. Schreiben Sie zuerst eine Rechnung.',
    'too-long': () => 'Diese Rechnung ist zu lang. Rechnen Sie in zwei Schritten: Ans steht für das letzte Ergebnis.',
    sign: (quote) => `Der Taschenrechner kennt das Zeichen „${quote}“ nicht. Nehmen Sie es heraus.`,
    decimal: () => 'Dezimalzahlen werden hier mit Komma geschrieben, wie 1,5, und Tausender ohne Punkt.',
    name: (quote) =>
      `Der Taschenrechner kennt „${quote}“ nicht. Er kennt sin, cos, tan, asin, acos, atan, ln, log, sqrt, abs, π und e.`,
    operand: () => 'Hier fehlt eine Zahl. Schreiben Sie eine, oder nehmen Sie das Zeichen davor heraus.',
    operator: (quote) => `Vor „${quote}“ fehlt ein Zeichen. Ein Produkt schreiben Sie mit ×, wie 2 × π.`,
    'two-numbers': () =>
      'Zwei Zahlen stehen nebeneinander. Schreiben Sie ein Zeichen dazwischen, und Tausender ohne Leerzeichen.',
    parenthesis: () =>
      'Diese Klammer schließt eine, die nie geöffnet wurde. Nehmen Sie sie heraus, oder öffnen Sie davor eine.',
    argument: (quote) => `Schreiben Sie in Klammern, wovon „${quote}“ berechnet wird, wie ${quote}(30).`,
    percent: () =>
      'Sagen Sie, wovon das ein Anteil ist: Ein Zehntel mehr als 200 ist 200 + 200 × 10%. Ist ein Hundertstel einer Zahl gemeint, setzen Sie es in Klammern: 200 + (10%).',
    'no-last': () => 'Es gibt noch kein letztes Ergebnis.',
    'division-by-zero': () => 'Hier wird durch null geteilt. Das hat kein Ergebnis.',
    'root-of-negative': () => 'Die Quadratwurzel einer negativen Zahl ist keine reelle Zahl.',
    'zero-to-zero': () => 'Null hoch null ist nicht definiert.',
    'power-of-negative': () => 'Eine negative Zahl kann nur mit einer ganzen Zahl potenziert werden.',
    logarithm: () => 'Logarithmen gibt es nur von Zahlen, die größer als null sind.',
    inverse: () => 'Arkussinus und Arkuskosinus gibt es nur von −1 bis 1.',
    tangent: () => 'Der Tangens dieses Winkels ist nicht definiert.',
    factorial: () => 'Fakultäten werden von ganzen Zahlen von 0 bis 170 berechnet.',
    'too-large': () => 'Eine Zahl darin ist zu groß für den Taschenrechner.',
  },
  again: (expression, result) => `${expression} = ${result}, mit ${result} weiterrechnen`,
  notesNotKept:
    'Ihr Browser hat keinen Platz für diese Notizen, oder er lässt die Seite keine behalten. Sie sind da, solange diese Seite offen ist, und nach einem Neuladen weg. Ihre Aufzeichnung geht weiter.',
};
