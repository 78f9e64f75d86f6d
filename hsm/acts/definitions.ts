import { z } from 'zod';
import type { ActDefinition, Header } from './act.ts';
import { header } from './act.ts';
import { grantArrangement, refuseArrangement } from './arrangement-acts.ts';
import { decide } from './decision-acts.ts';
import { assign, changePolicy, destroyKey, publishExam, unassign } from './exam-acts.ts';
import { extendTime } from './extension-acts.ts';
import { approveRepresentative, changeRoles, registerUnit, replacePasskeys } from './people-acts.ts';
import { release, standingGrant } from './release-acts.ts';
import { answerReport } from './report-acts.ts';
import { reviseExam } from './revision-acts.ts';
import {
  reinstateExam,
  reinstateRepresentative,
  reinstateUnit,
  suspendExam,
  suspendRepresentative,
  suspendUnit,
} from './suspension-acts.ts';

/** Every act that there is. What is not here cannot be proposed, signed or applied. */
const DEFINITIONS = {
  'register-unit': registerUnit,
  'approve-representative': approveRepresentative,
  'change-roles': changeRoles,
  'replace-passkeys': replacePasskeys,
  'suspend-representative': suspendRepresentative,
  'reinstate-representative': reinstateRepresentative,
  'suspend-unit': suspendUnit,
  'reinstate-unit': reinstateUnit,
  'suspend-exam': suspendExam,
  'reinstate-exam': reinstateExam,
  'publish-exam': publishExam,
  'revise-exam': reviseExam,
  'change-policy': changePolicy,
  'extend-time': extendTime,
  assign,
  unassign,
  'grant-arrangement': grantArrangement,
  'refuse-arrangement': refuseArrangement,
  release,
  'standing-grant': standingGrant,
  decide,
  'destroy-key': destroyKey,
  'answer-report': answerReport,
} as const;

export type ActType = keyof typeof DEFINITIONS;
export const ACT_TYPES = Object.keys(DEFINITIONS) as ActType[];

const inRoom = [
  registerUnit.schema,
  approveRepresentative.schema,
  changeRoles.schema,
  replacePasskeys.schema,
  suspendRepresentative.schema,
  reinstateRepresentative.schema,
  suspendUnit.schema,
  reinstateUnit.schema,
  suspendExam.schema,
  reinstateExam.schema,
  publishExam.schema,
  reviseExam.schema,
  changePolicy.schema,
  extendTime.schema,
  assign.schema,
  unassign.schema,
  grantArrangement.schema,
  refuseArrangement.schema,
  release.schema,
  standingGrant.schema,
  decide.schema,
  destroyKey.schema,
  answerReport.schema,
] as const;

/** What a representative may propose in the room. */
export const proposal = z.discriminatedUnion('type', inRoom);
export type Proposal = z.output<typeof proposal>;

/** What web may propose, for somebody in the room to sign: what is prepared on the staff pages. */
export const webProposal = z.discriminatedUnion('type', [
  publishExam.schema,
  reviseExam.schema,
  changePolicy.schema,
  extendTime.schema,
  assign.schema,
  unassign.schema,
  grantArrangement.schema,
  refuseArrangement.schema,
]);
export type WebProposal = z.output<typeof webProposal>;

/** An act as its canonical bytes say it: what was proposed, and when, by whom, for how long it may be signed. */
export type Act = Proposal & Header;

const withHeader = <S extends z.ZodObject>(schema: S) => schema.extend(header.shape);

/** Reads an act strictly: a field too many is one that nobody saw. */
export const actSchema = z.discriminatedUnion(
  'type',
  inRoom.map((schema) => withHeader(schema)) as unknown as [z.ZodObject, ...z.ZodObject[]],
) as unknown as z.ZodType<Act>;

/** @returns what custody knows of acts of this type */
export function definitionOf(type: ActType): ActDefinition {
  return DEFINITIONS[type] as unknown as ActDefinition;
}
