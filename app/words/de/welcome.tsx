import type { Words } from '../en.ts';

export const welcome: Words['welcome'] = {
  title: 'Prüfungen',
  heading: 'Sie brauchen Ihren persönlichen Link',
  lead: (institution) => `Hier finden Prüfungen statt, die aufgezeichnet werden. Veranstalterin: ${institution}.`,
  link: (exam) => (
    <>
      Mit Ihrer Einladung haben Sie einen Link bekommen, der nur für Sie gilt. Wenn Sie ihn öffnen, lesen Sie zuerst,
      was aufgezeichnet wird und warum; vorher beginnt nichts. Sie waren von hier aus schon bei Ihrer Prüfung?{' '}
      {exam('Zu Ihrer Prüfung')}.
    </>
  ),
  device: (check) => (
    <>{check('Testen Sie vor dem Prüfungstag, ob Ihr Gerät geeignet ist')}. Dabei wird nichts aufgezeichnet.</>
  ),
  lostHeading: 'Kein Link, oder er funktioniert nicht?',
  lost: (institution) =>
    `Wenden Sie sich an die Stelle, die die Prüfung abhält; wen Sie dort erreichen, steht in Ihrer Einladung. Wenn Sie keine Einladung haben, fragen Sie Ihre Lehrenden oder das Prüfungsamt (${institution}). Wer zu früh hierherkommt, verpasst nichts: Auf dieser Seite wird nichts aufgezeichnet.`,
};
