import { describe, expect, test } from 'vitest';
import { endOf, entryAt, termsOf } from '../app/attempts/terms.ts';

const at = (time: string) => `2026-11-30T${time}:00.000Z`;
const ms = (time: string) => Date.parse(at(time));
/** Opens at nine, begun until half past, ninety minutes, closes at noon. */
const rules = (changes: object = {}) => ({
  policy: { closesAt: at('12:00'), uploadHours: 1 },
  setup: { opensAt: at('09:00'), lastEntryMinutes: 30, minutes: 90, ...changes },
});

describe('an exam is begun', () => {
  test('from the moment it opens to the moment of the last entry, both included', () => {
    const terms = termsOf(rules());
    expect(entryAt(terms, ms('09:00') - 1)).toBe('early');
    expect(entryAt(terms, ms('09:00'))).toBe('open');
    expect(entryAt(terms, ms('09:30'))).toBe('open');
    expect(entryAt(terms, ms('09:30') + 1)).toBe('late');
  });

  test('until it closes where nothing else is said, and from the beginning of time where it has no opening', () => {
    const always = termsOf(rules({ opensAt: null, lastEntryMinutes: null }));
    expect(entryAt(always, 0)).toBe('open');
    expect(entryAt(always, ms('12:00'))).toBe('open');
    expect(entryAt(always, ms('12:00') + 1)).toBe('late');
  });

  test('never after it has closed, whatever its last entry and whoever has extra minutes', () => {
    expect(termsOf(rules({ lastEntryMinutes: 600 })).lastEntryAt).toBe(at('12:00'));
    expect(termsOf(rules(), { extraMinutes: 45 }).lastEntryAt).toBe(at('09:30'));
  });
});

describe('somebody’s time is over', () => {
  test('after their minutes from their own start, or when it closes, whichever comes first', () => {
    const terms = termsOf(rules());
    expect(endOf(terms, at('09:05'))).toBe(at('10:35'));
    expect(endOf(terms, at('10:30'))).toBe(at('12:00'));
    expect(endOf(terms, at('11:00'))).toBe(at('12:00'));
  });

  test('when it closes, where no duration is said', () => {
    expect(endOf(termsOf(rules({ minutes: null })), at('09:05'))).toBe(at('12:00'));
    expect(endOf(termsOf(rules({ minutes: null }), { extraMinutes: 20 }), at('09:05'))).toBe(at('12:20'));
  });

  test('later by all of their extra minutes, also beyond the closing, and not beyond what can be sent', () => {
    const terms = termsOf(rules(), { extraMinutes: 45 });
    expect(endOf(terms, at('09:05'))).toBe(at('11:20'));
    expect(endOf(terms, at('11:00'))).toBe(at('12:45'));
    expect(termsOf(rules(), { extraMinutes: 60 }).closesAt).toBe(at('13:00'));
    expect(termsOf(rules(), { extraMinutes: 61 }).closesAt).toBe(at('13:00'));
  });
});
