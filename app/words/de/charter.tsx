import type { Words } from '../en.ts';
import { FORMATS } from '../formats.ts';

export const charter: Words['charter'] = {
  title: 'Charta',
  lead: (institution) =>
    `Was für dieses System zugesagt ist und alle nachprüfen können. Betrieben von: ${institution}.`,

  heading: 'Wer über das Protokoll wacht',
  record:
    'Wann immer jemand eine Aufzeichnung ansehen darf, sie ansieht, abgewiesen wird oder etwas entscheidet, schreibt dieses System das in sein Protokoll. Einträge kommen immer nur hinzu: Jeder wird zusammen mit allem unterschrieben, was vor ihm steht.',
  role: 'Diese Unterschrift ist die des Systems selbst. Ob alle dasselbe Protokoll gezeigt bekommen oder ob es neu geschrieben wurde, zeigt sie nicht. Dafür gibt es Zeugen außerhalb: Sie erhalten jede Minute die Prüfsumme des Protokolls und unterschreiben, dass es seit dem letzten Mal nur gewachsen ist.',
  witnessed: (when, entries) => (
    <>
      <strong>Das Protokoll ist bezeugt.</strong> Ein Zeuge außerhalb hat zuletzt am {when} bestätigt:{' '}
      {confirmed(entries)}.
    </>
  ),
  partly: 'Nicht alle Zeugen haben es in den letzten 24 Stunden bestätigt: siehe Tabelle.',
  lapsed: [
    'Das Protokoll ist zurzeit nicht bezeugt.',
    'In den letzten 24 Stunden hat es kein Zeuge bestätigt. Was vorher bestätigt wurde, bleibt bestätigt; für alles, was seither eingetragen wurde, steht nur die Unterschrift dieses Systems. Warum das so ist, müssen die herausfinden, die es betreiben. Für Ihre Prüfung und Ihre Aufzeichnungen ändert sich nichts.',
  ],
  none: [
    'Das Protokoll ist nicht bezeugt.',
    'Hier ist kein Zeuge eingerichtet. Für das Protokoll steht nur die Unterschrift dieses Systems: Niemand außerhalb bestätigt, dass es nie neu geschrieben wurde oder dass alle dasselbe gezeigt bekommen.',
  ],
  away: [
    'Ob das Protokoll bezeugt ist, lässt sich gerade nicht sagen.',
    'Der Teil des Systems, der es führt, antwortet nicht. Verloren geht davon nichts; sehen Sie in ein paar Minuten noch einmal nach.',
  ],
  table: {
    caption: 'Die Zeugen und was sie zuletzt bestätigt haben',
    witness: 'Zeuge',
    last: 'Zuletzt bestätigt',
    entries: 'Umfang',
    state: 'Stand',
  },
  confirmed,
  fresh: 'In den letzten 24 Stunden',
  stale: 'Vor mehr als 24 Stunden',
  never: 'Noch nie',
  nothing: 'Noch nichts',

  limitsHeading: 'Was das nicht zeigt',
  limits: [
    'Zeugen sehen Zahlen und Prüfsummen, nie einen Namen, eine Seite oder eine Aufzeichnung. Ob ein Eintrag stimmt oder ob etwas nie eingetragen wurde, können sie nicht sagen.',
    'Sie bestätigen, was sie gesehen haben, seit sie hinsehen. Was davor geändert oder nach der letzten Bestätigung eingetragen wurde, ist damit nicht gedeckt.',
    'Sie sind so viel wert, wie sie unabhängig sind: Ein Zeuge, den die Einrichtung selbst betreibt, beweist anderen nichts. Fragen Sie, wer ihn betreibt.',
    'Diese Seite kommt von eben dem System, über das gewacht wird. Verlassen Sie sich nicht auf sie, sondern prüfen Sie nach.',
  ],

  checkHeading: 'Selbst nachprüfen',
  files: (witnessed, key) => (
    <>
      Hier finden Sie {witnessed('den neuesten bestätigten Stand des Protokolls')} mit den Unterschriften der Zeugen und{' '}
      {key('den Schlüssel, mit dem das System unterschreibt')}. Programme, die solche Protokolle prüfen (C2SP
      tlog-tiles), finden alles Weitere daneben.
    </>
  ),
  filesUnwitnessed: (checkpoint, key) => (
    <>
      Hier finden Sie {checkpoint('den jetzigen Stand des Protokolls')} und{' '}
      {key('den Schlüssel, mit dem das System unterschreibt')}. Programme, die solche Protokolle prüfen (C2SP
      tlog-tiles), finden alles Weitere daneben.
    </>
  ),
  keys: 'Lassen Sie sich den Schlüssel eines Zeugen von ihm selbst geben, nicht von hier; es sollte der sein, nach dem sich das System richtet:',
};

function confirmed(entries: number): string {
  return FORMATS.de.amount(entries, 'Eintrag', 'Einträge');
}
