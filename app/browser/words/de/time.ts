import type { time as en } from '../en/time.ts';

const minutes = (number: number) => `${number} ${number === 1 ? 'Minute' : 'Minuten'}`;

export const time: typeof en = {
  until: (clock) => `bis ${clock} Uhr`,
  since: (clock) => `Sie endete um ${clock} Uhr.`,
  soon: (left) => `Sie haben noch ${minutes(left)}.`,
  longer: (more, clock) => `Sie haben ${minutes(more)} mehr: Ihre Zeit endet jetzt um ${clock} Uhr.`,
  moved: (clock) => `Ihre Zeit endet jetzt um ${clock} Uhr.`,
};
