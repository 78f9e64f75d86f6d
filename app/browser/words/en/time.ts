const minutes = (number: number) => `${number} ${number === 1 ? 'minute' : 'minutes'}`;

/** How long a test taker has still. The clock is a time of day, such as 11:30. */
export const time = {
  until: (clock: string) => `until ${clock}`,
  since: (clock: string) => `It ended at ${clock}.`,
  soon: (left: number) => `You have ${minutes(left)} left.`,
  longer: (more: number, clock: string) => `You have ${minutes(more)} more: your time ends at ${clock} now.`,
  moved: (clock: string) => `Your time ends at ${clock} now.`,
};
