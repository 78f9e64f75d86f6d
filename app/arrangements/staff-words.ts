import type { ArrangementTerms, RecordedKind } from '../../hsm/arrangement.ts';
import { amount } from '../../hsm/acts/wording.ts';
import { RESTRICTED } from '../exams/observation.ts';
import type { Asked, Need } from './request-form.ts';

const NEEDS: Record<Need, string> = {
  'extra-time': 'More time',
  breaks: 'Breaks',
  'another-device': 'Another device',
  'another-mode': 'Another way of sitting it',
  'in-person': 'To sit it in person',
  'recording-left-out': 'A recording left out',
};

/** @returns each thing that was asked for, in the words of the staff pages */
export function wordAsked({ needs, extraMinutes, leftOut }: Asked): string[] {
  return needs.map((need) => {
    if (need === 'extra-time' && extraMinutes !== null) return `More time: ${amount(extraMinutes, 'minute')}`;
    if (need === 'recording-left-out') return `A recording left out: ${wordKinds(leftOut)}`;
    return NEEDS[need];
  });
}

/** @returns each part of what was granted */
export function wordGranted({
  extraMinutes,
  breakMinutes,
  leftOut,
  lifted,
  anyDevice,
  elsewhere,
}: ArrangementTerms): string[] {
  return [
    ...(extraMinutes > 0 ? [`${amount(extraMinutes, 'minute')} more`] : []),
    ...(breakMinutes > 0 ? [`${amount(breakMinutes, 'minute')} of breaks`] : []),
    ...(leftOut.length > 0 ? [`Not recorded: ${wordKinds(leftOut)}`] : []),
    ...(lifted ? [`Not restricted: ${lifted.map((one) => RESTRICTED[one].name.toLowerCase()).join(', ')}`] : []),
    ...(anyDevice ? ['Any browser or device'] : []),
    ...(elsewhere ? [`Elsewhere: ${elsewhere}`] : []),
  ];
}

function wordKinds(kinds: readonly RecordedKind[]): string {
  return kinds.join(', ');
}
