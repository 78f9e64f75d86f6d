import type { place as english } from '../en/place.ts';

export const place: typeof english = {
  passwordOver: 'Es wird nichts mehr aufgezeichnet, deshalb wird das Passwort der Prüfungsseite nicht angezeigt.',
  passwordRests:
    'Gerade wird nichts aufgezeichnet, deshalb wird das Passwort für die Seite der Prüfung nicht angezeigt. Es erscheint von selbst wieder.',
  documentsOver: 'Es wird nichts mehr aufgezeichnet, deshalb wird diese Unterlage nicht angezeigt.',
  handIn: {
    waits: 'wartet auf die Datei davor',
    sending: (percent) => `${percent} % gesendet`,
    storing: 'gesendet; wird gespeichert',
    done: (at, size, digest) => `Abgegeben um ${at}, ${size}. SHA-256 ${digest}`,
    again: (sentence) => `Noch nicht abgegeben; es wird von selbst wieder versucht. ${sentence}`,
    refused: (sentence) => `Nicht abgegeben. ${sentence}`,
    unreadable:
      'Ihr Browser konnte die Datei nicht lesen: Sie wurde inzwischen verschoben, geändert oder gelöscht. Wählen Sie sie noch einmal aus.',
    spoken: (name) => `${name} ist abgegeben.`,
    nothing: 'Sie haben nichts abgegeben.',
    some: (files) => (files === 1 ? 'Sie haben eine Datei abgegeben.' : `Sie haben ${files} Dateien abgegeben.`),
    under: (files) =>
      files === 1
        ? 'Eine Datei ist noch nicht abgegeben. Wenn Sie jetzt beenden, wird sie nicht mehr angenommen.'
        : `${files} Dateien sind noch nicht abgegeben. Wenn Sie jetzt beenden, werden sie nicht mehr angenommen.`,
  },
};
