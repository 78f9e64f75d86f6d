import MailComposer from 'nodemailer/lib/mail-composer';
import type { ExamSetup } from '../../hsm/exam-setup.ts';
import { fingerprintOf } from '../exams/fingerprint.ts';
import type { ExamRules } from '../exams/rule-book.ts';
import { FORMATS } from '../words/formats.ts';
import { wordsIn } from '../words/language.ts';
import { wordWindow } from './exam-window.ts';
import type { Invitation } from './invitations.ts';

/** A part of a mail: sentences, and what stands on a line of its own because it is clicked, copied or compared. */
interface Part {
  heading?: string;
  lines: (string | { link: string } | { code: string })[];
}

/** Who sends an invitation by mail, and to where. */
export interface Sending {
  /** Address that it comes from. */
  from: string;
  to: string;
  institution: string;
  examOrigin: string;
}

/**
 * Writes an invitation in the exam's language, as plain text and as simple HTML with the same words. It loads nothing and asks for no receipt.
 * @returns the whole message (RFC 5322); names and titles cannot add a header, an address or a tag to it
 */
export async function writeInvitation(exam: ExamRules, invitation: Invitation, sending: Sending): Promise<Buffer> {
  const { setup } = exam;
  const { contact } = setup.arrangement;
  const parts = partsOf(exam, invitation, sending);
  const subject = wordsIn(setup.language).invitation.mail.subject(exam.title);
  const composer = new MailComposer({
    from: { name: onOneLine(sending.institution), address: sending.from },
    to: { name: onOneLine(invitation.name), address: sending.to },
    replyTo: { name: onOneLine(contact.name), address: contact.email },
    subject: onOneLine(subject),
    // No out-of-office note answers it (RFC 3834 section 5).
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': setup.language },
    text: asText(parts),
    html: asPage(parts, setup.language, onOneLine(subject)),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** Whatever would end a header's line, or hide in it, is a blank. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function partsOf(exam: ExamRules, invitation: Invitation, { institution, examOrigin }: Sending): Part[] {
  const { setup, policy, examKey, title } = exam;
  const words = wordsIn(setup.language).invitation;
  const { arrangement, privacyOfficer } = setup;
  const { contact } = arrangement;
  return [
    { lines: [words.mail.greeting(invitation.name), words.mail.lead(title, setup.unit)] },
    { heading: words.when, lines: [wordWindow(setup, policy.closesAt).join(' ')] },
    { heading: words.mail.recordedHeading, lines: reasonsOf(setup) },
    {
      heading: words.link,
      lines: [{ link: invitation.link }, words.linkUse, `${words.code}: ${invitation.candidate}`],
    },
    { heading: words.check, lines: [words.checkUse, { link: `${examOrigin}/check` }] },
    { heading: words.compare, lines: [{ code: fingerprintOf(examKey.applianceKey) }, words.compareUse] },
    {
      heading: words.ask,
      lines: [`${contact.name}, ${contact.email}. ${words.askUse(arrangement.answerDays)}`, arrangement.alternative],
    },
    {
      heading: words.complain,
      lines: [`${privacyOfficer.name}, ${privacyOfficer.email}. ${words.costs}`, words.mail.sent(institution)],
    },
  ];
}

function reasonsOf({ necessity, language }: ExamSetup): string[] {
  const { mail } = wordsIn(language).invitation;
  const kinds = (['camera', 'microphone', 'screen'] as const).filter((kind) => necessity[kind] !== undefined);
  const named = FORMATS[language].all(kinds.map((kind) => mail.kinds[kind]));
  return [mail.recorded(named, kinds.length > 1), ...kinds.map((kind) => `${mail.why[kind]}: ${necessity[kind]}`)];
}

function asText(parts: Part[]): string {
  const lineOf = (line: Part['lines'][number]) =>
    typeof line === 'string' ? line : 'link' in line ? line.link : line.code;
  const blocks = parts.map(({ heading, lines }) => {
    const under = heading === undefined ? [] : [`${heading}\n${'-'.repeat(heading.length)}`];
    return [...under, ...lines.map(lineOf)].join('\n\n');
  });
  return `${blocks.join('\n\n\n')}\n`;
}

function asPage(parts: Part[], language: string, title: string): string {
  const page = (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <title>{title}</title>
      </head>
      <body>
        {parts.map(({ heading, lines }) => (
          <>
            {heading !== undefined && <h2>{heading}</h2>}
            {lines.map((line) => (
              <p>
                {typeof line === 'string' ? (
                  line
                ) : 'link' in line ? (
                  <a href={line.link}>{line.link}</a>
                ) : (
                  <code>{line.code}</code>
                )}
              </p>
            ))}
          </>
        ))}
      </body>
    </html>
  );
  return `<!doctype html>${page.toString()}`;
}
