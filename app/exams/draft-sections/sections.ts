import type { Child } from 'hono/jsx';
import type { SectionName } from '../draft-form.ts';
import { PeopleSection } from './people.tsx';
import { RecordingsSection } from './recordings.tsx';
import { RestrictionsSection } from './restrictions.tsx';
import { RulesSection } from './rules.tsx';
import type { SectionProps } from './section.ts';
import { WhatSection } from './what.tsx';
import { WhenSection } from './when.tsx';

/** The headings of a draft's sections. */
export const SECTION_HEADINGS: Record<SectionName, string> = {
  what: 'What and where',
  when: 'When',
  recordings: 'What is recorded',
  restrictions: 'What the page restricts',
  people: 'People, and the other way to sit it',
  rules: 'Rules',
};

/** Of each section, its fields. */
export const SECTION_FIELDS: Record<SectionName, (props: SectionProps) => Child> = {
  what: WhatSection,
  when: WhenSection,
  recordings: RecordingsSection,
  restrictions: RestrictionsSection,
  people: PeopleSection,
  rules: RulesSection,
};
