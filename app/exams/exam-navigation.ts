import type { NavigationItem } from '../ui/page.tsx';

/** The staff origin's pages. */
export function examNavigation(roomOrigin: string, onExams: boolean): NavigationItem[] {
  return [
    { href: '/', label: 'Exams', icon: 'list', current: onExams },
    { href: roomOrigin, label: 'Reading room', icon: 'eye', current: false },
  ];
}
