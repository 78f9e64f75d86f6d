import { z } from 'zod';
import type { Custody } from '../custody.ts';
import { releaseByStandingGrant } from '../grants/standing-grants.ts';
import { chapterRequests, json, socketApp } from './socket-app.ts';

const release = z.strictObject({ attempt: z.uuid(), recipient: z.string().length(43), chapters: chapterRequests });

/** What a program without a person beside it may ask: chapter keys, on a standing grant, for the key that it was signed for. */
export function analysisProtocol(custody: Custody) {
  return socketApp(custody, 'analysis').post('/standing-grants/:grant/releases', json(release), async (c) =>
    c.json(await releaseByStandingGrant(custody, c.req.param('grant'), c.req.valid('json'))),
  );
}

export type AnalysisProtocol = ReturnType<typeof analysisProtocol>;
