import type { Child } from 'hono/jsx';
import type { Words } from '../en.ts';
import { FORMATS } from '../formats.ts';

const { amount, any } = FORMATS.de;

const purposes: Words['notice']['purposes'] = {
  'integrity-review': 'Durchsicht des Prüfungsablaufs',
  appeal: 'Widerspruch',
  complaint: 'Beschwerde',
  'access-request': 'Auskunft über Ihre eigenen Daten',
  'legal-order': 'Anordnung eines Gerichts oder einer Behörde',
};

export const notice: Words['notice'] = {
  lead: 'Diese Prüfung wird aufgezeichnet, während Sie sie ablegen. Bitte lesen Sie, was das für Sie bedeutet; bevor Sie auf „Aufzeichnung starten“ drücken, wird nichts aufgezeichnet.',
  check: 'Ansehen, was aufgezeichnet wird',
  before: (check) => (
    <>
      {check('Testen Sie vor dem Prüfungstag, ob Ihr Gerät geeignet ist')}, und machen Sie einen Probelauf: Er läuft ab
      wie die Prüfung, und nichts davon wird aufbewahrt.
    </>
  ),
  practise: 'Probelauf machen',

  changed: (at: Child) => (
    <>
      Was diese Seite über Ihre Prüfung sagt, wurde am {at} geändert. Wenn Sie sie vorher gelesen haben, lesen Sie sie
      bitte noch einmal: Es gilt, was jetzt hier steht.
    </>
  ),
  instructions: 'Was Sie benutzen dürfen und wissen müssen',
  what: 'Was aufgezeichnet wird, und warum',
  who: 'Wer aufzeichnet',
  recorder: (unit, institution) => (
    <>
      {unit}, {institution}. Die Aufzeichnung bleibt auf einem Rechner der Hochschule.
    </>
  ),
  kinds: {
    camera: 'Bild Ihrer Kamera',
    microphone: 'Ton Ihres Mikrofons',
    screen: 'Bild Ihres Bildschirms',
  },
  legalBasis: 'Rechtsgrundlage',
  notRecorded: 'Was nicht aufgezeichnet wird',
  nothingElse: (recorded) =>
    `Nicht aufgezeichnet wird, ${recorded.camera ? '' : 'was Ihre Kamera sieht, '}${recorded.microphone ? '' : 'was Ihr Mikrofon hört, '}${recorded.screen ? '' : 'was auf Ihrem Bildschirm steht, '}was Sie tippen, welche Dateien Sie haben oder wo Sie sind. Gesichter werden nicht erkannt, und kein Programm beurteilt oder bewertet, was Sie tun.`,
  failing: 'Wenn Ihre Verbindung oder Ihr Computer ausfällt',
  goOn: (until, elsewhere) => (
    <>
      Setzen Sie Ihre Prüfung fort. Was aufgezeichnet ist, wartet verschlüsselt in Ihrem Browser und wird gesendet,
      sobald die Verbindung wieder da ist, spätestens bis {until}. Nach einem Absturz oder Neustart öffnen Sie Ihren
      persönlichen Link noch einmal: Die Aufzeichnung geht dort weiter, wo sie stehen geblieben ist
      {elsewhere ? ', auch an einem anderen Computer' : ''}. Ihnen entsteht daraus kein Nachteil.
    </>
  ),
  never: 'Was nie von Ihnen verlangt wird',
  neverText:
    'Niemand verlangt von Ihnen, Kleidung, eine Kopfbedeckung oder sonst etwas an Ihrem Aussehen abzulegen oder zu ändern, und niemand verlangt Geld. Falls jemand prüfen muss, wer Sie sind, gibt es immer einen anderen Weg, als einen Ausweis in die Kamera zu halten.',

  watchers: 'Wer die Aufzeichnung ansehen darf',
  watching: (reviewers, seconds, allowed) => (
    <>
      {reviewers}. Ihre Aufzeichnung wird in Ihrem Browser verschlüsselt, in Abschnitten von{' '}
      {seconds % 60 === 0 ? amount(seconds / 60, 'Minute', 'Minuten') : amount(seconds, 'Sekunde', 'Sekunden')} mit je
      einem eigenen Schlüssel. Wer etwas davon ansehen will, muss mit Namen unterschreiben und einen Zweck angeben:{' '}
      {any(allowed.map((purpose) => purposes[purpose] ?? purpose))}. Herunterladen kann sie niemand.
    </>
  ),
  purposes,
  degraded:
    'Die Schlüssel dieser Prüfung sind schwächer geschützt als sonst: Immer wenn jemand etwas ansehen darf, liegen die Schlüssel zu diesen Minuten für einen Augenblick außerhalb des Schlüsselspeichers, im Arbeitsspeicher des Prüfungsservers.',
  entries:
    'Jedes Mal, wenn jemand etwas ansehen darf, und jedes Mal, wenn jemand etwas angesehen hat, entsteht ein Eintrag, den niemand unbemerkt entfernen kann.',
  entriesShown: 'Nach Ihrer Prüfung sehen Sie diese Einträge auf dieser Seite.',
  howLong: 'Wie lange sie aufbewahrt wird',
  kept: (day) => (
    <>
      Bis zum {day}; dann wird ihr Schlüssel vernichtet, und niemand kann die Aufzeichnung je wieder ansehen, wo auch
      immer Kopien davon liegen.
    </>
  ),

  arrangement: 'Wenn Sie nicht aufgezeichnet werden möchten',
  ask: (alternative, contact, days) => (
    <>
      {alternative} Schreiben Sie an {contact}; Sie bekommen innerhalb von {amount(days, 'Tag', 'Tagen')} eine Antwort.
      Ihnen entsteht nie ein Nachteil daraus, dass Sie fragen.
    </>
  ),
  complain: (contact) => (
    <>
      Etwas stimmt nicht, oder Sie möchten sich beschweren? Schreiben Sie an {contact}, vor der Prüfung oder jederzeit
      danach.
    </>
  ),

  place: 'Prüfen Sie, ob Sie hier richtig sind',
  compare:
    'In Ihrer Einladung steht derselbe Fingerabdruck. Wenn er abweicht, fangen Sie nicht an; schreiben Sie an die Adresse oben.',
  fingerprint: 'Fingerabdruck des Schlüssels dieses Prüfungsservers',
  onwards: 'Weiter zu dem, was aufgezeichnet wird',
};
