import type { RoomCustody } from '../custody/client.ts';

/** What the room may propose to a representative's passkey. */
export type Proposal = Parameters<RoomCustody['proposeAct']>[1];
/** Custody's codes of what a recording is watched for, and of what a decision says. */
export type Purpose = Extract<Proposal, { type: 'release' }>['purpose'];
export type Outcome = Extract<Proposal, { type: 'decide' }>['outcome'];

type Answer<Method extends keyof RoomCustody> = Awaited<ReturnType<RoomCustody[Method]>>;

/** What custody tells the room, by the names that its pages use. */
export type Representative = Answer<'session'>['representative'];
export type Role = Representative['roles'][number];
export type AttemptView = Answer<'attempts'>['attempts'][number];
export type AttemptDetail = Answer<'attempt'>;
export type Access = AttemptDetail['accesses'][number];
export type ProposedAct = Answer<'act'>;
export type ActType = ProposedAct['type'];
export type RepresentativeEntry = Answer<'representatives'>['representatives'][number];
export type Unit = Answer<'units'>['units'][number];
export type ExamEntry = Answer<'exams'>['exams'][number];
export type GrantView = Answer<'grant'>;
export type Enrolment = Answer<'enrolmentOptions'>;
export type ReportView = Answer<'report'>;
