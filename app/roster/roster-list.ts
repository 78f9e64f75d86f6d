import { z } from 'zod';
import { candidateCode, line } from '../../hsm/acts/wording.ts';
import { CsvError, type CsvRow, parseCsv } from './csv.ts';

/** Most rows of one list. */
export const MOST_ROWS = 10_000;

/** Somebody who is to stand on a roster. */
export interface RosterEntry {
  /** Code by which custody and reviewers know this person. */
  candidate: string;
  name: string;
  email: string | null;
}

/** An entry with the number that a spreadsheet shows beside its row. */
export interface ListedEntry extends RosterEntry {
  row: number;
}

/** What is wrong in a row, and what to do about it. */
export interface RowFault {
  row: number;
  sentence: string;
}

/** What a list says. */
export interface RosterList {
  entries: ListedEntry[];
  faults: RowFault[];
  /** What its first row calls columns that are not read; undefined where it has no header. */
  unread: string[] | undefined;
}

type Column = 'candidate' | 'name' | 'given' | 'family' | 'email';

/** What lists in English and German call a column, in small letters and without anything else; see {@link headerOf}. */
const HEADERS: Record<Column, readonly string[]> = {
  candidate:
    'candidate candidatecode candidateid candidatenumber code studentid studentnumber registrationnumber matriculationnumber matrikelnummer matrikelnr matrikel matrnr matnr kennung kandidat kandidatennummer pruflingsnummer teilnehmernummer'.split(
      ' ',
    ),
  name: 'name fullname studentname vollername vollstandigername namevorname vornamename'.split(' '),
  given: 'firstname forename givenname vorname rufname'.split(' '),
  family: 'lastname surname familyname nachname familienname zuname'.split(' '),
  email: 'email mail emailaddress emailadresse mailadresse'.split(' '),
};
/** Where there is no header. */
const ORDER: Column[] = ['candidate', 'name', 'email'];

const SAY: Record<Column, string> = {
  candidate: 'the candidate code',
  name: 'the name',
  given: 'the first name',
  family: 'the last name',
  email: 'the e-mail address',
};

const nameLine = line(100);
const address = z.email();

/** Each field of an entry, with the sentence for what it cannot be; as a form's field and as a list's column has it. */
export const entryFields = {
  candidate: z
    .string('The candidate code is missing. Give the code under which reviewers are to know this person.')
    .trim()
    .min(1, 'The candidate code is missing. Give the code under which reviewers are to know this person.')
    .refine(
      (text) => text === '' || candidateCode.safeParse(text).success,
      'The key custody does not take this candidate code: it is longer than 64 characters, or holds characters that are not shown. Give another code.',
    ),
  name: z
    .string('The name is missing. Give the name that the invitation is to carry.')
    .trim()
    .min(1, 'The name is missing. Give the name that the invitation is to carry.')
    .refine(
      (text) => text === '' || nameLine.safeParse(text).success,
      'The name is longer than 100 characters, or holds characters that are not shown, or a line break. Write it again on one line.',
    ),
  email: z
    .string()
    .trim()
    .refine(
      (text) => text === '' || (text.length <= 254 && address.safeParse(text).success),
      'This is not an e-mail address that mail can be sent to. Write it as name@university.example, or leave it empty.',
    )
    .transform((text) => text || null)
    .default(null),
};
const entryShape = z.object(entryFields);

/**
 * Reads a list of test takers: a header in English or German names its columns, or they are code, name and e-mail address in this order.
 * @throws CsvError where the text is no list, an empty one, one of more than {@link MOST_ROWS} rows, or one without a column that is needed
 */
export function readRosterList(text: string): RosterList {
  const rows = parseCsv(text).filter(({ fields }) => fields.some((field) => field.trim() !== ''));
  const [first] = rows;
  if (!first) {
    throw new CsvError(
      'The list is empty. Nothing was entered. Choose a file that has a row for each test taker, or paste the rows.',
    );
  }
  const header = headerOf(first);
  const body = header ? rows.slice(1) : rows;
  if (body.length > MOST_ROWS) {
    throw new CsvError(
      `The list has ${body.length.toLocaleString('en')} rows, and at most ${MOST_ROWS.toLocaleString('en')} are read at once. Nothing was entered. Divide it and import one part after the other.`,
    );
  }
  const columns = header ?? ORDER;
  const entries: ListedEntry[] = [];
  const faults: RowFault[] = [];
  const rowOf = new Map<string, number>();
  for (const { number, fields } of body) {
    const surplus = header ? [] : fields.slice(ORDER.length).filter((field) => field.trim() !== '');
    if (surplus.length > 0) {
      faults.push({
        row: number,
        sentence: `There are ${fields.length} columns, and without a first row that names them only three are known: candidate code, name, e-mail address. Add a row of names at the top, or take the other columns out.`,
      });
      continue;
    }
    const read = entryShape.safeParse(fieldsOf(columns, fields));
    if (!read.success) {
      for (const { message } of read.error.issues) faults.push({ row: number, sentence: message });
      continue;
    }
    const { candidate } = read.data;
    const other = rowOf.get(candidate);
    if (other === undefined) rowOf.set(candidate, number);
    else {
      const sentence = `The candidate code ${candidate} stands in row ${other} already. Each test taker has one row and a code of their own: take one of the two out, or mend its code.`;
      faults.push({ row: number, sentence });
      continue;
    }
    entries.push({ row: number, ...read.data });
  }
  const unread = header && first.fields.filter((field, index) => !header[index] && field.trim() !== '');
  return { entries, faults, unread: unread?.map((field) => field.trim()) };
}

/**
 * @returns the column that each field of a first row names; undefined where it names none, and so is somebody's row
 * @throws CsvError where it names a column twice, or names some and not those that are needed
 */
function headerOf({ number, fields }: CsvRow): (Column | undefined)[] | undefined {
  const columns = fields.map((field) => {
    const plain = field.normalize('NFKD').replace(/\P{L}/gu, '').toLowerCase();
    return (Object.keys(HEADERS) as Column[]).find((column) => HEADERS[column].includes(plain));
  });
  const named = columns.filter((column) => column !== undefined);
  if (named.length === 0) return undefined;
  const twice = named.find((column, index) => named.indexOf(column) !== index);
  if (twice) {
    throw new CsvError(
      `Row ${number} names two columns for ${SAY[twice]}. Nothing was entered. Take one of them out, or give it another name.`,
    );
  }
  // “Name” beside “Vorname” is the last name.
  const columnsOfTwo = named.includes('given') && !named.includes('family');
  const settled = columns.map((column) => (columnsOfTwo && column === 'name' ? 'family' : column));
  const missing = (column: Column) => !settled.includes(column);
  const lacks =
    missing('candidate') || (missing('name') && (missing('given') || missing('family')))
      ? missing('candidate')
        ? 'the candidate code (“candidate”, “Matrikelnummer”, “Kennung”)'
        : 'the name (“name”, or “first name” and “last name”)'
      : undefined;
  if (lacks) {
    throw new CsvError(
      `Row ${number} names the columns, but none for ${lacks}. Nothing was entered. Name that column, or take the row of names out and put the columns in this order: candidate code, name, e-mail address.`,
    );
  }
  return settled;
}

function fieldsOf(columns: (Column | undefined)[], fields: string[]): Partial<Record<keyof RosterEntry, string>> {
  const at = (column: Column) => fields[columns.indexOf(column)]?.trim() ?? '';
  const whole = columns.includes('name') ? at('name') : [at('given'), at('family')].filter(Boolean).join(' ');
  return { candidate: at('candidate'), name: whole, email: at('email') };
}
