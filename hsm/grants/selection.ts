import { hash, randomInt } from 'node:crypto';
import { listChapters } from '../../db/custody/attempts.ts';
import { insertDraw, listDraws } from '../../db/custody/grants.ts';
import type { IncidentRow } from '../../db/custody/incidents.ts';
import { transactTogether } from '../../db/custody/open.ts';
import type { Custody } from '../custody.ts';
import { listCounting } from '../incidents.ts';
import type { Policy } from '../policy.ts';

/** A chapter of a recording, by its number from 0. */
export interface Chapter {
  recording: string;
  chapter: number;
}

/** Which chapters a release covers, and how they came about. It stands in the grant and in the release's entry. */
export interface Selection {
  /** Chapters of the attempt that were registered then. */
  registered: number;
  chapters: Chapter[];
  /** Numbers that custody drew: the chapter of this number in each recording that has it. */
  drawn: number[];
  /** The incidents around which chapters are covered, each with its entry and who asserted it. */
  incidents: (Chapter & {
    kind: string;
    /** Index in the ledger of the entry that holds statement and signature. */
    entry: number;
    /** Of the attempt's keys the one that signed it: SHA-256 of its SubjectPublicKeyInfo, base64url. */
    assertedBy: string;
  })[];
  /** Chapters around incidents that are not covered, since they would be more than incidents may open. */
  leftOut: Chapter[];
}

/** What a selection is made for. */
export interface Occasion {
  attempt: string;
  extent: 'least-view' | 'all';
  /** A representative's id, or a standing grant's: what is drawn is drawn for them. */
  viewer: string;
  leastView: Policy['leastView'];
}

/**
 * Selects what a release covers, of the chapters that are registered now. Custody alone decides: neither who asks nor web has a say.
 * Draws that are made stand in the database when this returns, whatever becomes of the release.
 */
export async function selectChapters(
  custody: Pick<Custody, 'db'>,
  { attempt, extent, viewer, leastView }: Occasion,
): Promise<Selection> {
  const all = listChapters(custody.db, attempt);
  const registered = all.length;
  if (extent === 'all') return { registered, chapters: all, drawn: [], incidents: [], leftOut: [] };
  const incidents = listCounting(custody, attempt);
  const around = aroundIncidents(all, incidents, leastView.chaptersAround);
  const drawn = await drawNumbers(custody, attempt, viewer, all, leastView.drawn);
  const covered = new Set(around.covered.map(nameOf));
  const chapters = all.filter((one) => drawn.includes(one.chapter) || covered.has(nameOf(one)));
  const shown = new Set(chapters.map(nameOf));
  return {
    registered,
    chapters,
    drawn,
    incidents: incidents
      .filter((one) => shown.has(nameOf(one)))
      .map(({ recording, chapter, kind, entry, publicKey }) => ({
        ...{ recording, chapter, kind, entry },
        assertedBy: hash('sha256', publicKey, 'base64url'),
      })),
    leftOut: around.leftOut.filter((one) => !shown.has(nameOf(one))),
  };
}

/** @returns whether a least view of the attempt would cover anything */
export function showsAnything(custody: Pick<Custody, 'db'>, attempt: string, { drawn }: Policy['leastView']): boolean {
  return drawn > 0 || listCounting(custody, attempt).length > 0;
}

/**
 * The chapters around incidents, at most a third of all, and one at least: a browser that notes an incident in every chapter, or
 * whoever controls it, opens no whole recording. Those that hold an incident come before those beside one, and what was noted
 * earlier before what was noted later.
 * @param around chapters on both sides of an incident's
 */
export function aroundIncidents(
  all: readonly Chapter[],
  incidents: readonly Pick<IncidentRow, 'recording' | 'chapter'>[],
  around: number,
): { covered: Chapter[]; leftOut: Chapter[] } {
  const registered = new Map(all.map((one) => [nameOf(one), one]));
  const wanted = new Map<string, Chapter>();
  for (let distance = 0; distance <= around; distance++) {
    for (const { recording, chapter } of incidents) {
      for (const number of new Set([chapter - distance, chapter + distance])) {
        const one = registered.get(nameOf({ recording, chapter: number }));
        if (one) wanted.set(nameOf(one), one);
      }
    }
  }
  const most = Math.max(1, Math.floor(all.length / 3));
  const list = [...wanted.values()];
  return { covered: list.slice(0, most), leftOut: list.slice(most) };
}

/**
 * The numbers drawn for somebody, out of those that the attempt's recordings have. What was drawn once stands: asking again, for
 * another purpose or after other chapters were recorded, shows nothing else. Only what could not be drawn before, because there were
 * fewer chapters, is drawn later. Each viewer has a draw of their own, so that nobody fixes by an early look what others get to see.
 */
function drawNumbers(
  { db }: Pick<Custody, 'db'>,
  attempt: string,
  viewer: string,
  all: readonly Chapter[],
  wanted: number,
): Promise<number[]> {
  return transactTogether(db, () => {
    const drawn = listDraws(db, attempt, viewer);
    const left = [...new Set(all.map(({ chapter }) => chapter))].filter((number) => !drawn.includes(number));
    const drawnAt = new Date().toISOString();
    while (drawn.length < wanted && left.length > 0) {
      const [chapter] = left.splice(randomInt(left.length), 1) as [number];
      insertDraw(db, { attempt, viewer, position: drawn.length, chapter, drawnAt });
      drawn.push(chapter);
    }
    // The rules may have become stricter since.
    return drawn.slice(0, wanted).sort((a, b) => a - b);
  });
}

function nameOf({ recording, chapter }: Chapter): string {
  return `${recording} ${chapter}`;
}
