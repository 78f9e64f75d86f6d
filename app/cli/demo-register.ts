import { hash } from 'node:crypto';
import type { OperatorCustody, RoomCustody, WebCustody } from '../custody/client.ts';
import { SoftwarePasskey } from './software-passkey.ts';

type Proposal = Parameters<RoomCustody['proposeAct']>[1];
type Signed = Awaited<ReturnType<RoomCustody['signAct']>>;

/** Somebody who signs acts without a browser. */
export interface Signer {
  id: string;
  name: string;
  session: string;
  key: { touch(challenge: string, origin: string): unknown };
}

/** The room as programs use it in its place: custody's client, and the origin on which passkeys count. */
export interface RoomDesk {
  room: RoomCustody;
  roomOrigin: string;
}

/** Enrols a passkey over the link with this token. */
export async function enrol<Key extends SoftwarePasskey>(
  { room, roomOrigin }: RoomDesk,
  token: string,
  key: Key,
): Promise<Signer & { key: Key }> {
  const { options } = await room.enrolmentOptions(token);
  const { session, representative } = await room.enrol(token, key.enrol(options, roomOrigin));
  return { id: representative.id, name: representative.name, session, key };
}

/** Signs somebody in whose passkey is enrolled. */
export async function signIn({ room, roomOrigin }: RoomDesk, key: SoftwarePasskey): Promise<Signer> {
  const { options } = await room.signInOptions();
  const { session, representative } = await room.signIn(key.touch(options.challenge, roomOrigin));
  return { id: representative.id, name: representative.name, session, key };
}

/** Signs an act that waits. @returns how the last signature went */
export async function signAll(
  { room, roomOrigin }: RoomDesk,
  act: string,
  signers: readonly Signer[],
): Promise<Signed> {
  let signed: Signed | undefined;
  for (const { session, key } of signers) {
    const { bytes } = await room.act(session, act);
    signed = await room.signAct(session, act, key.touch(hash('sha256', bytes, 'base64url'), roomOrigin));
  }
  if (!signed) throw new TypeError('an act is signed by somebody');
  return signed;
}

/** Has the first of them propose an act and all of them sign it. */
export async function carryOut(desk: RoomDesk, proposal: Proposal, signers: readonly Signer[]): Promise<Signed> {
  const [first] = signers as [Signer];
  const { act } = await desk.room.proposeAct(first.session, proposal);
  return signAll(desk, act, signers);
}

/** Who may bring in everybody else, and who may publish exams. */
export interface Founders<Key extends SoftwarePasskey = SoftwarePasskey> {
  officers: [Signer & { key: Key }, Signer & { key: Key }];
  administrator: Signer & { key: Key };
}

/**
 * Begins the register of a new appliance: invites and enrols two officers, who approve an exam administrator.
 * @param makeKey makes a passkey for each of the three
 */
export async function foundRegister<Key extends SoftwarePasskey>(
  desk: RoomDesk & { operator: OperatorCustody },
  names: { officers: [string, string]; administrator: string },
  makeKey: () => Key,
): Promise<Founders<Key>> {
  const { officers: invited } = await desk.operator.inviteOfficers(names.officers);
  const [first, second] = [invited[0]?.enrolment ?? '', invited[1]?.enrolment ?? ''];
  const officers: Founders<Key>['officers'] = [
    await enrol(desk, first, makeKey()),
    await enrol(desk, second, makeKey()),
  ];
  const { enrolment } = await approve(desk, officers, { name: names.administrator, roles: ['exam-administrator'] });
  return { officers, administrator: await enrol(desk, enrolment, makeKey()) };
}

/** Has two officers approve somebody for the whole institution, or a unit. @returns their id and the enrolment link's token */
export async function approve(
  desk: RoomDesk,
  officers: readonly Signer[],
  who: { name: string; roles: Extract<Proposal, { type: 'approve-representative' }>['roles']; unit?: string },
): Promise<{ representative: string; enrolment: string }> {
  const { name, roles, unit = null } = who;
  const { made } = await carryOut(desk, { type: 'approve-representative', name, roles, unit }, officers);
  return { representative: made.representative ?? '', enrolment: made.enrolment ?? '' };
}

/** Has web propose an exam and its administrator publish it. @returns the exam's rules as custody tells web */
export async function publish(
  desk: RoomDesk & { web: WebCustody },
  administrator: Signer,
  exam: Omit<Extract<Parameters<WebCustody['propose']>[0], { type: 'publish-exam' }>, 'type'>,
) {
  const { act } = await desk.web.propose({ type: 'publish-exam', ...exam });
  await signAll(desk, act, [administrator]);
  return desk.web.exam(exam.exam);
}
