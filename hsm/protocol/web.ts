import { z } from 'zod';
import { listAssigned } from '../../db/custody/exams.ts';
import { listAccesses } from '../accesses.ts';
import { webProposal } from '../acts/definitions.ts';
import { proposeForWeb, readProposal, withdrawProposal } from '../acts/engine.ts';
import { candidateCode } from '../acts/wording.ts';
import { requestArrangement, viewRequest } from '../arrangements.ts';
import { registerAttempt, resumeAttempt } from '../attempts.ts';
import { registerChapter, registerChapters } from '../chapters.ts';
import { viewHold } from '../conduct/holds.ts';
import { reportFiling, reportNumber } from '../conduct/report.ts';
import { countWaiting, fileReport, listOwnReports, readAnswer } from '../conduct/reports.ts';
import type { Custody } from '../custody.ts';
import { seesExam, viewExam } from '../exams.ts';
import { viewHouseRules } from '../house-rules.ts';
import { registerIncident } from '../incidents.ts';
import { endSession, redeemTicket, sessionHolder } from '../register/sessions.ts';
import { readEnding, sealAttempt } from '../seals.ts';
import { viewState } from '../state.ts';
import { takeCosignature, viewWitnesses } from '../witnesses.ts';
import { ledgerFiles } from './ledger-files.ts';
import { json, query, SESSION_HEADER, socketApp } from './socket-app.ts';

const attempt = z.strictObject({
  attempt: z.uuid(),
  exam: z.uuid(),
  candidate: candidateCode,
  publicKey: z.string().max(400),
  takenAt: z.iso.datetime().optional(),
});
const resumed = attempt.pick({ publicKey: true, takenAt: true });
const arrangementRequest = attempt.pick({ attempt: true, exam: true, candidate: true }).extend({ request: z.uuid() });
const chapter = z.strictObject({ envelope: z.string().max(4096) });
const waited = z.strictObject({ envelopes: z.array(chapter.shape.envelope).min(1).max(32) });
const signed = z.strictObject({ statement: z.string().max(16_384), signature: z.string().max(200) });
const numbered = z.strictObject({ number: reportNumber });
const own = attempt.pick({ exam: true, candidate: true });
const aboutExam = z.strictObject({ exam: z.uuid().optional() });
/** Longer than any line: a name, and 76 bytes in base64. */
const LONGEST_LINE = 1000;
const cosignature = z.strictObject({ size: z.int().nonnegative(), line: z.string().max(LONGEST_LINE) });
const ticket = z.strictObject({ ticket: z.string().length(43) });

/**
 * What the web process may ask. It registers, seals, proposes, files reports and brings what witnesses cosigned; nothing here gives out a key or a report's words, changes
 * what was registered, lifts what a report holds, or signs.
 */
export function webProtocol(custody: Custody) {
  return socketApp(custody, 'web')
    .get('/state', (c) => c.json(viewState(custody)))
    .get('/house-rules', (c) => c.json(viewHouseRules(custody)))
    .get('/exams/:exam', (c) => c.json(viewExam(custody, c.req.param('exam'))))
    .post('/attempts', json(attempt), async (c) => c.json(await registerAttempt(custody, c.req.valid('json'))))
    .post('/chapters', json(chapter), async (c) => c.json(await registerChapter(custody, c.req.valid('json').envelope)))
    .post('/waited-chapters', json(waited), async (c) =>
      c.json(await registerChapters(custody, c.req.valid('json').envelopes)),
    )
    .post('/attempts/:attempt/keys', json(resumed), async (c) =>
      c.json(await resumeAttempt(custody, c.req.param('attempt'), c.req.valid('json'))),
    )
    .post('/attempts/:attempt/seal', json(signed), async (c) =>
      c.json(await sealAttempt(custody, c.req.param('attempt'), c.req.valid('json'))),
    )
    .post('/attempts/:attempt/incidents', json(signed), async (c) =>
      c.json(await registerIncident(custody, c.req.param('attempt'), c.req.valid('json'))),
    )
    .get('/attempts/:attempt/ending', async (c) => c.json(await readEnding(custody, c.req.param('attempt'))))
    .get('/attempts/:attempt/accesses', (c) => c.json({ accesses: listAccesses(custody, c.req.param('attempt')) }))
    .post('/arrangement-requests', json(arrangementRequest), async (c) =>
      c.json(await requestArrangement(custody, c.req.valid('json'))),
    )
    .get('/arrangement-requests/:request', (c) => c.json(viewRequest(custody, c.req.param('request'))))
    .post('/proposals', json(webProposal), async (c) => c.json(await proposeForWeb(custody, c.req.valid('json'))))
    .get('/proposals/:act', (c) => c.json(readProposal(custody, c.req.param('act'))))
    .delete('/proposals/:act', (c) => {
      withdrawProposal(custody, c.req.param('act'));
      return c.body(null, 204);
    })
    .post('/reports', json(reportFiling), async (c) => c.json(await fileReport(custody, c.req.valid('json'))))
    .post('/report-answers', json(numbered), (c) => c.json(readAnswer(custody, c.req.valid('json').number)))
    .post('/own-reports', json(own), (c) => {
      const { exam, candidate } = c.req.valid('json');
      return c.json({ reports: listOwnReports(custody, exam, candidate) });
    })
    .get('/exams/:exam/hold', (c) => c.json({ hold: viewHold(custody, c.req.param('exam')) }))
    .get('/ledger/*', ledgerFiles(custody))
    .get('/witnesses', (c) => c.json({ witnesses: viewWitnesses(custody) }))
    .post('/cosignatures', json(cosignature), (c) => {
      takeCosignature(custody, c.req.valid('json'));
      return c.body(null, 204);
    })
    .post('/staff-sessions', json(ticket), (c) => c.json(redeemTicket(custody, c.req.valid('json').ticket)))
    .get('/staff-session', query(aboutExam), (c) => {
      const { exam } = c.req.valid('query');
      const representative = sessionHolder(custody, c.req.header(SESSION_HEADER), 'staff');
      return c.json({
        representative,
        assigned: listAssigned(custody.db, representative.id),
        sees: exam !== undefined && seesExam(custody, representative, exam),
        reports: countWaiting(custody, representative),
      });
    })
    .delete('/staff-session', (c) => {
      endSession(custody, c.req.header(SESSION_HEADER));
      return c.body(null, 204);
    });
}

export type WebProtocol = ReturnType<typeof webProtocol>;
