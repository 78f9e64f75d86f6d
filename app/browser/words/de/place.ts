import type { place as english } from '../en/place.ts';

export const place: typeof english = {
  passwordOver: 'Es wird nichts mehr aufgezeichnet, deshalb wird das Passwort der Prüfungsseite nicht angezeigt.',
  documentsOver: 'Es wird nichts mehr aufgezeichnet, deshalb wird diese Unterlage nicht angezeigt.',
};
