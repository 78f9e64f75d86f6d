/** The sentences of an invitation, on paper and by mail. Moments are in the appliance’s own zone, which is named. */
export const invitation = {
  invitation: 'Invitation to an exam that is recorded',
  code: 'Your code',
  link: 'Your personal link',
  linkUse:
    'Open it on the computer on which you sit the exam. It is yours alone: whoever has it can open the exam as you, so give it to nobody. If you get a newer invitation, only its link works.',
  when: 'When',
  opens: (moment: string) => `You can begin from ${moment}.`,
  lastEntry: (minutes: number) => `Begin at most ${minutes} minutes later.`,
  minutes: (minutes: number) => `You have ${minutes} minutes from the moment you begin.`,
  closes: (moment: string) => `The exam closes on ${moment}.`,
  check: 'Before the exam day',
  checkUse: 'Check whether your device will do. Nothing is recorded there:',
  compare: 'Compare before you begin',
  compareUse:
    'The exam’s first page shows this fingerprint of the appliance’s key. If yours differs, do not begin; write to the contact below.',
  ask: 'Whom to ask',
  askUse: (days: number) =>
    `Write to them as well if you would rather not be recorded, or need more time or anything else: you have an answer within ${days === 1 ? 'a day' : `${days} days`}. Asking costs nothing and is never held against you.`,
  complain: 'To complain',
  costs: 'Neither being recorded nor sitting the exam another way costs you anything.',
  mail: {
    subject: (title: string) => `Invitation: ${title}`,
    greeting: (name: string) => `Dear ${name},`,
    lead: (title: string, office: string) =>
      `You are registered for “${title}”, an exam of ${office} that is recorded.`,
    recorded: (kinds: string, several: boolean) =>
      `While you sit it, ${kinds} ${several ? 'are' : 'is'} recorded, for the ${several ? 'reasons' : 'reason'} below; who may be allowed to watch, and how long it is kept, stands in the notice, which your personal link opens before anything begins.`,
    kinds: { camera: 'your camera', microphone: 'your microphone', screen: 'your screen' },
    why: { camera: 'Camera', microphone: 'Microphone', screen: 'Screen' },
    recordedHeading: 'What is recorded, and why',
    sent: (institution: string) => `This mail was sent by the exam appliance of ${institution}, to you alone.`,
  },
};
