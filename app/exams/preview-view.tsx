import type { ExamSetup } from '../../hsm/exam-setup.ts';
import { TermsText } from '../attempts/entry-views.tsx';
import { NoticeText } from '../attempts/notice-view.tsx';
import { keptUntil, uploadBy } from '../attempts/retention.ts';
import { termsOf } from '../attempts/terms.ts';
import { Day, Moment } from '../ui/moment.tsx';
import { wordsIn } from '../words/language.ts';
import { type Draft, givenAids, type KeptPlace, KINDS, restrictedBy } from './draft.ts';

/** Stands where a draft does not say it yet. */
const UNSAID = '[not said yet]';

/** Of the place, what the notice speaks of: its address does not stand there. */
function placeOf(
  { kind = 'elsewhere', aids }: Draft['setup']['place'] = {},
  { password, documents }: KeptPlace,
): ExamSetup['place'] {
  if (kind === 'paper') return { kind };
  if (kind === 'document') return { kind, documents, ...givenAids(aids) };
  return { kind, address: '/', ...(password && { asksPassword: true as const }) };
}

/** What test takers of a draft's exam will read: the text of the notice itself, with the draft's words. */
export function NoticePreview(props: { institution: string; draft: Draft; kept: KeptPlace }) {
  const { institution, draft, kept } = props;
  const { policy, setup, recordings } = draft;
  const { closesAt, retentionDays, uploadHours = 72, purposes = [], reentry = 'any-browser' } = policy;
  const language = setup.language ?? 'en';
  const words = wordsIn(language);
  const contactOf = (contact: { name?: string | undefined; email?: string | undefined } = {}) => ({
    name: contact.name ?? UNSAID,
    email: contact.email ?? UNSAID,
  });
  const { opensAt = null, lastEntryMinutes = null, minutes = null, breaks } = setup;
  const necessity = Object.fromEntries(
    KINDS.filter((kind) => recordings[kind].on).map((kind) => [kind, recordings[kind].words || UNSAID]),
  );
  const restrictions = Object.fromEntries(
    restrictedBy(draft).map((one) => [one, draft.restrictions[one].words || UNSAID]),
  );
  return (
    <div class="preview stack" lang={language}>
      <p class="eyebrow">
        {institution} · {setup.unit ?? UNSAID}
      </p>
      <p class="preview-title">{draft.title || UNSAID}</p>
      <p class="lead">{words.notice.lead}</p>
      {closesAt && (
        <TermsText
          words={words}
          terms={termsOf({ policy: { closesAt, uploadHours }, setup: { opensAt, lastEntryMinutes, minutes, breaks } })}
          breaks={breaks}
        />
      )}
      <NoticeText
        words={words}
        institution={institution}
        setup={{
          language,
          unit: setup.unit ?? UNSAID,
          instructions: setup.instructions ?? '',
          place: placeOf(setup.place, kept),
          necessity,
          restrictions,
          legalBasis: setup.legalBasis ?? UNSAID,
          reviewers: setup.reviewers ?? UNSAID,
          chapterSeconds: setup.chapterSeconds ?? 300,
          arrangement: {
            alternative: setup.arrangement?.alternative ?? UNSAID,
            contact: contactOf(setup.arrangement?.contact),
            answerDays: setup.arrangement?.answerDays ?? 5,
          },
          privacyOfficer: contactOf(setup.privacyOfficer),
        }}
        policy={{ purposes: purposes.length > 0 ? purposes : [UNSAID], reentry }}
        uploadBy={closesAt ? <Moment at={uploadBy({ closesAt, uploadHours })} language={language} /> : UNSAID}
        keptUntil={
          closesAt && retentionDays ? <Day at={keptUntil({ closesAt, retentionDays })} language={language} /> : UNSAID
        }
        degraded={false}
        fingerprint="[as the invitation shows it]"
      />
    </div>
  );
}
