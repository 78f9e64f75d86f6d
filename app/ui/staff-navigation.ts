import type { NavigationItem } from './page.tsx';

/** @returns the side navigation of the staff pages. @param onExams whether it stands on the list of exams */
export function staffNavigation(roomOrigin: string, onExams: boolean): NavigationItem[] {
  return [
    { href: '/', label: 'Exams', icon: 'list', current: onExams },
    { href: roomOrigin, label: 'Reading room', icon: 'eye', current: false },
  ];
}
