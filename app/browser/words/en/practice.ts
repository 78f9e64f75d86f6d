/** What a practice run says that an exam does not. */
export const practice = {
  tooShort: 'The run was too short: there is nothing to watch. Practise for a few seconds more.',
  seen: 'This is what reviewers would have seen of your last half minute.',
  notShown: (name: string) => `The end of your run could not be shown (${name}). Recording itself worked.`,
  fault: (detail: string) =>
    `Practice stopped because of a fault in this page (${detail}). Nothing was kept. Reload the page to practise again.`,
  noRoom: 'Practice: so much waits to be sent that nothing is added. In your exam there is room for far more.',
  offline: (waiting: string) =>
    `Practice: your connection paused, ${waiting} waiting. In your exam it would be kept and sent later; nothing would be lost.`,
  busy: (waiting: string) =>
    `Practice: the appliance is busy, ${waiting} waiting. In your exam it would be kept and sent later.`,
  late: (waiting: string) => `Practice: ${waiting} waiting to be sent. In your exam nothing of it would be lost.`,
  begun: 'Practice has begun. Nothing was sent yet.',
  sent: (time: string) => `Practice: everything up to ${time} was sent and thrown away.`,
};
