import type { Words } from '../en.ts';

export const demonstration: Words['demonstration'] = {
  heading: 'Beispielprüfung',
  about:
    'Drei Fragen, wie in einer Prüfung auf Ihrer Lernplattform. Diese Seite ist nur zum Ausprobieren: Ihre Antworten werden weder gesendet noch aufbewahrt. Die Aufzeichnung läuft in ihrem eigenen Fenster weiter.',
  derivative: '1. Wie lautet die Ableitung von x² + 3x?',
  integral: '2. Welchen Wert hat das Integral von 2x zwischen 0 und 3?',
  primes: '3. Warum gibt es keine größte Primzahl? Einige Sätze genügen.',
  done: 'Wenn Sie fertig sind, gehen Sie zurück zum Fenster der Aufzeichnung und wählen Sie „Prüfung beenden“.',
};
