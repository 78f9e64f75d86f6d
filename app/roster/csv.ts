/** A row of a list, with the number that a spreadsheet shows beside it: blank rows count. */
export interface CsvRow {
  number: number;
  fields: string[];
}

/** The text is no list of rows and columns; `sentence` says why, and what to do. */
export class CsvError extends Error {
  readonly sentence: string;

  constructor(sentence: string) {
    super('not a list');
    this.sentence = sentence;
  }
}

const SEPARATORS = [',', ';', '\t'] as const;

/**
 * Reads the bytes of a list as spreadsheets write them: UTF-8 with or without a byte order mark, else Windows-1252.
 * @returns its text, without the mark
 * @throws CsvError where the bytes are no text
 */
export function decodeList(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    text = new TextDecoder('windows-1252').decode(bytes);
  }
  if (text.includes('\0')) {
    throw new CsvError(
      'This file is not a text: perhaps it is a spreadsheet as it was saved. Nothing was read from it. In your spreadsheet, choose “Save as” and “CSV”, and upload that file.',
    );
  }
  return text;
}

/**
 * Takes a list apart (RFC 4180, section 2), whose columns are separated by commas, semicolons or tabs: by whichever stands most often in its
 * first row outside of quotes. Rows end in CRLF, LF or CR. A quote within a field that does not begin with one is a character like any other.
 * @returns its rows without the blank ones
 * @throws CsvError where a quote is not closed, or something stands behind it
 */
export function parseCsv(text: string): CsvRow[] {
  const separator = separatorOf(text);
  const rows: CsvRow[] = [];
  let at = 0;
  for (let number = 1; at < text.length; number++) {
    const fields: string[] = [];
    const begin = at;
    for (;;) {
      const quoted = text[at] === '"';
      const field = quoted ? readQuoted(text, at, separator, number) : readPlain(text, at, separator);
      fields.push(field.text);
      at = field.end;
      if (text[at] !== separator) break;
      at += 1;
    }
    const blank = at === begin;
    if (text.startsWith('\r\n', at)) at += 2;
    else at += 1;
    if (!blank) rows.push({ number, fields });
  }
  return rows;
}

function separatorOf(text: string): string {
  const counts = SEPARATORS.map(() => 0);
  let quoted = false;
  let blank = true;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\r' || character === '\n')) {
      if (!blank) break;
      continue;
    } else if (!quoted) {
      const index = SEPARATORS.indexOf(character as (typeof SEPARATORS)[number]);
      if (index >= 0) counts[index] = (counts[index] as number) + 1;
    }
    blank = false;
  }
  return SEPARATORS[counts.indexOf(Math.max(...counts))] as string;
}

function readPlain(text: string, from: number, separator: string): { text: string; end: number } {
  let end = from;
  while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return { text: text.slice(from, end), end };
}

function readQuoted(text: string, from: number, separator: string, row: number): { text: string; end: number } {
  let read = '';
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      throw new CsvError(
        `In row ${row} a field begins with a quotation mark (") and no other one ends it, so that nothing behind it could be read. Nothing was entered. Close the quotation in that row, or take the mark out.`,
      );
    }
    read += text.slice(at, quote);
    at = quote + 1;
    if (text[at] !== '"') break;
    read += '"';
    at += 1;
  }
  if (at < text.length && ![separator, '\r', '\n'].includes(text[at] as string)) {
    throw new CsvError(
      `In row ${row} something stands behind the quotation mark (") that ends a field. Nothing was entered. Write a quotation mark within a field twice (""), or take it out.`,
    );
  }
  return { text: read, end: at };
}
