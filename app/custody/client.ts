import { hc } from 'hono/client';
import { Agent, fetch as undiciFetch } from 'undici';
import type { OperatorProtocol } from '../../hsm/protocol/operator.ts';
import type { RoomProtocol } from '../../hsm/protocol/room.ts';
import type { RefusalBody } from '../../hsm/protocol/socket-app.ts';
import type { WebProtocol } from '../../hsm/protocol/web.ts';
import type { RecoveryShareGiven } from '../../hsm/sealing/recovery.ts';
import type { ShareGiven } from '../../hsm/sealing/seal.ts';
import { AppError, type ErrorCode } from '../errors.ts';

/** Custody's refusals that have an error of ours; all others reach the person in custody's own words. */
const KNOWN: Record<string, ErrorCode> = {
  malformed: 'malformed',
  'too-large': 'too-large',
  'not-found': 'not-found',
  'session-unknown': 'not-signed-in',
  'attempt-sealed': 'attempt-sealed',
  'attempt-conflict': 'already-done',
  'envelope-conflict': 'chapter-differs',
  'token-away': 'custody-away',
  sealed: 'custody-away',
};

interface Answer<T> {
  ok: boolean;
  status: number;
  json(): Promise<T>;
}

/** hono's client types `fetch` by the DOM's; undici's own knows sockets. */
function transport(socketPath: string, patience: number): typeof fetch {
  const dispatcher = new Agent({ connect: { socketPath }, connections: 16 });
  return ((input: string, init: object) =>
    // The signal counts the wait for a free connection as well.
    undiciFetch(input, { ...init, dispatcher, signal: AbortSignal.timeout(patience) }).catch(
      noAnswer,
    )) as unknown as typeof fetch;
}

function noAnswer(cause: unknown): never {
  throw new AppError('custody-away', { detail: 'socket', cause });
}

const BASE = 'http://custody';
/** Milliseconds until a request counts as unanswered. A release waits for the token. */
const PATIENCE = 15_000;
/** The same where a test taker's browser waits, and goes on without custody. */
export const BRISK = 2_000;
/** The same where the token makes a key while the command line waits: a smart card takes minutes. */
const OPERATOR_PATIENCE = 300_000;

/** Custody as the web process may use it, over its own socket. @param patience milliseconds until a request counts as unanswered */
export function connectWeb(socketPath: string, patience = PATIENCE) {
  const fetch = transport(socketPath, patience);
  const client = hc<WebProtocol>(BASE, { fetch });
  return {
    state: () => read(client.state.$get()),
    /** What the institution sets for all of its exams. */
    houseRules: () => read(client['house-rules'].$get()),
    exam: (exam: string) => read(client.exams[':exam'].$get({ param: { exam } })),
    registerAttempt: (json: {
      attempt: string;
      exam: string;
      candidate: string;
      publicKey: string;
      takenAt?: string;
    }) => read(client.attempts.$post({ json })),
    /** Another browser's key. */
    resumeAttempt: (attempt: string, json: { publicKey: string; takenAt?: string }) =>
      read(client.attempts[':attempt'].keys.$post({ param: { attempt }, json })),
    /** @param envelope canonical JSON */
    registerChapter: (envelope: string) => read(client.chapters.$post({ json: { envelope } })),
    /** Chapters that had to wait: for each custody's sentence where it refuses, else null. @param envelopes at most 32 */
    registerChapters: (envelopes: string[]) => read(client['waited-chapters'].$post({ json: { envelopes } })),
    sealAttempt: (attempt: string, json: { statement: string; signature: string }) =>
      read(client.attempts[':attempt'].seal.$post({ param: { attempt }, json })),
    /** What a browser of the test taker noted and signed. */
    registerIncident: (attempt: string, json: { statement: string; signature: string }) =>
      read(client.attempts[':attempt'].incidents.$post({ param: { attempt }, json })),
    /** How the attempt ended as custody has it. @throws AppError not-found while it goes on */
    ending: (attempt: string) => read(client.attempts[':attempt'].ending.$get({ param: { attempt } })),
    accesses: (attempt: string) => read(client.attempts[':attempt'].accesses.$get({ param: { attempt } })),
    /** Has the deadline of an answer begin. @param json.request ours; the same again gives the same answer */
    requestArrangement: (json: { request: string; exam: string; candidate: string; attempt: string }) =>
      read(client['arrangement-requests'].$post({ json })),
    arrangement: (request: string) => read(client['arrangement-requests'][':request'].$get({ param: { request } })),
    redeemTicket: (ticket: string) => read(client['staff-sessions'].$post({ json: { ticket } })),
    /** Who holds it, which exams they are assigned to, and what waits for them. @param exam of which is said whether they see it */
    staffSession: (session: string, exam?: string) =>
      read(client['staff-session'].$get({ query: { exam } }, as(session))),
    endStaffSession: (session: string) => finish(client['staff-session'].$delete({}, as(session))),
    /** Has an act wait in the reading room for somebody who may sign it. */
    propose: (json: Parameters<typeof client.proposals.$post>[0]['json']) => read(client.proposals.$post({ json })),
    proposal: (act: string) => read(client.proposals[':act'].$get({ param: { act } })),
    /** Takes it back, as long as nobody has signed it. */
    withdrawProposal: (act: string) => finish(client.proposals[':act'].$delete({ param: { act } })),
    /** A report of a prohibited use; the same again gives the same answer. */
    fileReport: (json: Parameters<typeof client.reports.$post>[0]['json']) => read(client.reports.$post({ json })),
    /** @param number 32 hexadecimal digits. @throws AppError not-found */
    reportAnswer: (number: string) => read(client['report-answers'].$post({ json: { number } })),
    /** Those that a test taker put their code to. */
    ownReports: (json: { exam: string; candidate: string }) => read(client['own-reports'].$post({ json })),
    /** What reports stop of an exam, published or not. */
    hold: (exam: string) => read(client.exams[':exam'].hold.$get({ param: { exam } })),
    /** @returns a public file of the ledger: the checkpoint or a tile */
    ledgerFile: (path: string) => readFile(fetch, path),
    /** The outside witnesses that custody knows, and what each cosigned last. */
    witnesses: () => read(client.witnesses.$get()),
    /** What a witness cosigned. @param json.line of a note, without its newline. @throws AppError with custody's reason not to keep it */
    keepCosignature: (json: { size: number; line: string }) => finish(client.cosignatures.$post({ json })),
  };
}

/** Custody as the room may use it, over its own socket, each time for the holder of `session`. */
export function connectRoom(socketPath: string) {
  const client = hc<RoomProtocol>(BASE, { fetch: transport(socketPath, PATIENCE) });
  type Json<T extends (args: never) => unknown> = Parameters<T>[0] extends { json: infer J } ? J : never;
  const acts = client.acts;
  const grants = client.grants[':grant'];
  return {
    state: () => read(client.state.$get()),
    enrolmentOptions: (token: string) => read(client.enrolments.options.$post({ json: { token } })),
    enrol: (token: string, response: unknown) =>
      read(client.enrolments.$post({ json: { token, response } } as Parameters<typeof client.enrolments.$post>[0])),
    signInOptions: () => read(client['sign-ins'].$post()),
    signIn: (response: unknown) =>
      read(client.sessions.$post({ json: { response } } as Parameters<typeof client.sessions.$post>[0])),
    session: (session: string) => read(client.session.$get({}, as(session))),
    endSession: (session: string) => finish(client.session.$delete({}, as(session))),
    ticket: (session: string) => read(client.tickets.$post({}, as(session))),
    attempts: (session: string) => read(client.attempts.$get({}, as(session))),
    attempt: (session: string, attempt: string) =>
      read(client.attempts[':attempt'].$get({ param: { attempt } }, as(session))),
    proposeAct: (session: string, json: Json<typeof acts.$post>) => read(acts.$post({ json }, as(session))),
    /** What waits for this representative's signature, and what they proposed that waits for others'. */
    acts: (session: string) => read(acts.$get({}, as(session))),
    act: (session: string, act: string) => read(acts[':act'].$get({ param: { act } }, as(session))),
    signAct: (session: string, act: string, response: unknown) =>
      read(
        acts[':act'].signature.$post(
          { param: { act }, json: { response } } as Parameters<(typeof acts)[':act']['signature']['$post']>[0],
          as(session),
        ),
      ),
    withdrawAct: (session: string, act: string) =>
      finish(acts[':act'].withdrawal.$post({ param: { act } }, as(session))),
    representatives: (session: string) => read(client.representatives.$get({}, as(session))),
    units: (session: string) => read(client.units.$get({}, as(session))),
    exams: (session: string) => read(client.exams.$get({}, as(session))),
    /** What waits for a privacy officer, and what was answered last. */
    reports: (session: string) => read(client.reports.$get({}, as(session))),
    report: (session: string, report: string) =>
      read(client.reports[':report'].$get({ param: { report } }, as(session))),
    grant: (session: string, grant: string) => read(grants.$get({ param: { grant } }, as(session))),
    release: (session: string, grant: string, json: Json<typeof grants.releases.$post>) =>
      read(grants.releases.$post({ param: { grant }, json }, as(session))),
    viewing: (session: string, grant: string, json: Json<typeof grants.viewing.$put>) =>
      finish(grants.viewing.$put({ param: { grant }, json }, as(session))),
    fault: (session: string, grant: string, json: Json<typeof grants.faults.$post>) =>
      finish(grants.faults.$post({ param: { grant }, json }, as(session))),
    endGrant: (session: string, grant: string) => finish(grants.end.$post({ param: { grant } }, as(session))),
  };
}

/** Custody as the operator's command line may use it. Shares travel as bytes, so that no text of them is left behind. @param patience milliseconds until a request counts as unanswered */
export function connectOperator(socketPath: string, patience = OPERATOR_PATIENCE) {
  const fetch = transport(socketPath, patience);
  const client = hc<OperatorProtocol>(BASE, { fetch });
  const { officers, sealing, token } = client;
  const giveShare = <T>(path: string, share: Uint8Array<ArrayBuffer>): Promise<T> =>
    read(fetch(`${BASE}${path}`, { method: 'POST', body: share }) as Promise<Answer<T>>);
  return {
    state: () => read(client.state.$get()),
    /** The first two, as long as nobody has enrolled. */
    inviteOfficers: (names: [string, string]) => read(officers.$post({ json: { names } })),
    beginRecovery: (name: string) => read(officers.recovery.$post({ json: { name } })),
    giveRecoveryShare: (share: Uint8Array<ArrayBuffer>) =>
      giveShare<RecoveryShareGiven>('/officers/recovery/shares', share),
    recoverByPin: (name: string, pin: string) => read(officers.recovery.pin.$post({ json: { name, pin } })),
    sealing: () => read(sealing.$get()),
    beginSealing: (json: { threshold: number; custodians: string[]; pin: string }) => read(sealing.$post({ json })),
    abortSealing: () => finish(sealing.$delete()),
    /** @returns one custodian's share, 40 bytes; it is given once */
    async handOutShare(custodian: string): Promise<Uint8Array<ArrayBuffer>> {
      const answer = await sealing.handouts.$post({ json: { custodian } });
      if (!answer.ok) throw await refusalOf(answer);
      return new Uint8Array(await answer.arrayBuffer());
    },
    confirmShare: (share: Uint8Array<ArrayBuffer>) => giveShare<{ custodian: string }>('/sealing/confirmations', share),
    completeSealing: () => read(sealing.completion.$post()),
    /** Towards opening a sealed custody. */
    giveShare: (share: Uint8Array<ArrayBuffer>) => giveShare<ShareGiven>('/sealing/shares', share),
    applianceKey: () => read(token['appliance-key'].$get()),
    tryExamKey: () => read(token['exam-key-trials'].$post()),
  };
}

export type WebCustody = ReturnType<typeof connectWeb>;
export type RoomCustody = ReturnType<typeof connectRoom>;
export type OperatorCustody = ReturnType<typeof connectOperator>;

function as(session: string) {
  return { headers: { 'x-cloister-session': session } };
}

/** @throws AppError with custody's reason */
async function read<T>(pending: Promise<Answer<T>>): Promise<T> {
  const answer = await pending;
  if (answer.ok) return answer.json().catch(noAnswer);
  throw await refusalOf(answer);
}

/** For requests whose answer has no content. @throws AppError with custody's reason */
async function finish(pending: Promise<Answer<unknown>>): Promise<void> {
  const answer = await pending;
  if (!answer.ok) throw await refusalOf(answer);
}

async function readFile(fetch: typeof globalThis.fetch, path: string): Promise<Uint8Array> {
  const answer = await fetch(`${BASE}/ledger/${path}`);
  if (!answer.ok) throw await refusalOf(answer);
  return new Uint8Array(await answer.arrayBuffer().catch(noAnswer));
}

async function refusalOf(answer: Answer<unknown>): Promise<AppError> {
  const { error, message, facts } = (await answer.json().catch(noAnswer)) as RefusalBody;
  const detail = `custody: ${error}`;
  const told = { detail, refusal: error, ...(facts && { facts }) };
  const code = KNOWN[error];
  // Sealed or without its token it is away in every respect, but there is more to say of it.
  if (code) return new AppError(code, { ...told, ...(answer.status === 503 && { sentence: message }) });
  if (answer.status === 404) return new AppError('not-found', { ...told, sentence: message });
  if (answer.status >= 500) return new AppError('internal', { detail });
  return new AppError('refused', { ...told, sentence: message, status: answer.status as AppError['status'] });
}
