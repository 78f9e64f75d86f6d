import type { Words } from '../en.ts';

export const suggestion: Words['suggestion'] = {
  templates: {
    'open-book': {
      instructions:
        'Sie dürfen Ihre Unterlagen, Bücher und das Internet benutzen. Arbeiten Sie allein: Niemand sonst darf Ihnen helfen.',
      necessity: {
        camera:
          'Sie legen diese Prüfung zu Hause ab. Die Kamera zeigt, dass die angemeldete Person sie ablegt und dabei allein ist.',
      },
    },
    'closed-book': {
      instructions:
        'Sie dürfen einen Stift und leeres Papier benutzen. Schließen Sie alle anderen Programme, und legen Sie Ihr Telefon außer Reichweite.',
      necessity: {
        camera:
          'Sie legen diese Prüfung zu Hause ab. Die Kamera zeigt, dass die angemeldete Person sie ablegt und dabei allein ist.',
        screen:
          'Die Aufgaben werden am Computer gelöst, und Hilfsmittel sind nicht erlaubt. Der Bildschirm zeigt, dass dabei kein anderes Programm benutzt wird.',
      },
    },
    oral: {
      instructions:
        'Ihre Prüferinnen und Prüfer treffen Sie in einer Videokonferenz, die sich in einem eigenen Fenster öffnet.',
      necessity: {
        camera:
          'Die Aufzeichnung ersetzt das schriftliche Protokoll der mündlichen Prüfung: Sie zeigt, wer geprüft wurde.',
        microphone:
          'Die Aufzeichnung ersetzt das schriftliche Protokoll der mündlichen Prüfung: Sie hält fest, was gefragt und geantwortet wurde.',
      },
    },
    practice: {
      instructions: 'Dies ist ein Probelauf. Er wird nicht benotet, und nichts daraus zählt.',
      necessity: {
        camera:
          'Sie erleben schon vor der eigentlichen Prüfung, wie es ist, aufgezeichnet zu werden. Niemand beurteilt diese Aufzeichnung.',
      },
    },
    paper: {
      instructions: 'Schreiben Sie Ihre Antworten auf Papier. Folgen Sie am Ende den Hinweisen zur Abgabe.',
      necessity: {
        camera:
          'Sie legen diese Prüfung zu Hause auf Papier ab. Die Kamera zeigt, dass die angemeldete Person sie ablegt und dabei allein ist.',
      },
    },
  },
  examples: {
    reviewers: 'Zwei Personen, die der Prüfungsausschuss bestellt hat',
    alternative: 'Sie können die Prüfung ohne jede Aufzeichnung auf dem Campus ablegen.',
  },
};
