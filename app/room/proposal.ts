import type { Context } from 'hono';
import { z } from 'zod';
import type { Refusal } from '../../hsm/errors.ts';
import type { Fault } from '../../hsm/exam-findings.ts';
import type { RoomCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { readContent } from '../http/content.ts';
import { anyForm } from '../http/entries.ts';
import type { Filled } from '../ui/filled.ts';
import type { Proposal } from './custody.ts';
import type { RoomEnv } from './session-guard.ts';

/** The field that custody's refusal is about, where it is about one. */
const FIELDS: Partial<Record<Refusal, string>> = {
  'name-taken': 'name',
  'not-assignable': 'subject',
  'officers-needed': 'roles[]',
  'justification-missing': 'justification',
  'purpose-not-allowed': 'purpose',
  'promise-broken': 'retentionDays',
  'recipient-unusable': 'recipient',
};

type Page = Parameters<Context['html']>[0];

/**
 * Proposes what a form says and leads on to the act. Where form or custody says no, the form comes back as it was filled in, with
 * what was wrong.
 * @param form.shape what the fields have to hold; its messages are sentences for the person
 * @param form.page the page with the form
 * @throws AppError for what is not the person's to mend: no session, custody away, content that is no form
 */
export async function answerForm<T>(
  c: Context<RoomEnv>,
  custody: Pick<RoomCustody, 'proposeAct'>,
  form: { shape: z.ZodType<T>; proposal: (content: T) => Proposal; page: (filled: Filled) => Page | Promise<Page> },
): Promise<Response> {
  const entries = await readContent(c, anyForm);
  const read = form.shape.safeParse(entries);
  if (!read.success) {
    const faults: Filled['faults'] = {};
    for (const { path, message } of read.error.issues) faults[String(path[0] ?? '')] ??= message;
    return c.html(await form.page({ entries, faults }), 400);
  }
  try {
    const { act } = await custody.proposeAct(c.var.session, form.proposal(read.data));
    return c.redirect(`/acts/${act}`, 303);
  } catch (error) {
    if (!(error instanceof AppError) || (error.code !== 'refused' && error.code !== 'malformed')) throw error;
    return c.html(await form.page({ entries, faults: faultsOf(error, entries) }), error.status);
  }
}

/** @returns custody's sentence beside the field that it is about; where it names faults, each beside its own, or above a form without it */
function faultsOf(error: AppError, entries: Filled['entries']): Filled['faults'] {
  const named = (error.facts?.faults ?? []) as Fault[];
  if (named.length === 0) {
    const sentence =
      error.code === 'malformed'
        ? 'Custody does not take this: it holds characters that are not shown, or is longer than it may be. Write it again in plain words.'
        : error.sentence;
    return { [FIELDS[error.refusal as Refusal] ?? '']: sentence };
  }
  const faults: Filled['faults'] = {};
  for (const { field, why, instead } of named) {
    const name = field.split('.').at(-1) ?? '';
    const beside = name in entries ? name : '';
    faults[beside] = [faults[beside], why, instead].filter(Boolean).join(' ');
  }
  return faults;
}

/** @returns a field's words, at most so many of them @param missing the sentence where there are none */
export function words(missing: string, longest: number) {
  return z
    .string(missing)
    .trim()
    .min(1, missing)
    .max(longest, `This is too long: at most ${longest} characters are kept.`);
}

/** One of the units by its id, or the whole institution. */
export const unitEntry = z
  .union([z.literal('').transform(() => null), z.uuid()], 'Choose one of the units, or the whole institution.')
  .default(null);

/** Why something is done: it stands in the ledger. */
export const reasonForm = z.object({ reason: words('Say why. It stands in the ledger under your name.', 2000) });
