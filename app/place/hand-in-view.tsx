import { Icon } from '../ui/icons.tsx';
import { Moment } from '../ui/moment.tsx';
import { Table } from '../ui/table.tsx';
import type { HandIn } from '../wire.ts';
import type { Words } from '../words/en.ts';

/** Where a test taker hands in files on the recorder's page. Its attributes are what the script holds on to. */
export function HandInField({ words }: { words: Words }) {
  const { handIn } = words.place;
  return (
    <section class="stack" aria-labelledby="hand-in-heading" data-hand-in>
      <h2 id="hand-in-heading">{handIn.heading}</h2>
      <p>{handIn.until(<time data-hand-in-until></time>)}</p>
      <div class="field">
        <label for="hand-in">{handIn.files}</label>
        <p class="hint" id="hand-in-hint">
          {handIn.how}
        </p>
        <input id="hand-in" type="file" multiple aria-describedby="hand-in-hint" data-hand-in-files />
      </div>
      <ul class="hand-ins" data-hand-in-list></ul>
    </section>
  );
}

/** What somebody handed in, on the page of their attempt. */
export function HandedIn({ words, attempt, handIns }: { words: Words; attempt: string; handIns: HandIn[] }) {
  const { handIn } = words.place;
  return (
    <section class="stack" aria-labelledby="handed-in">
      <h2 id="handed-in">{handIn.handed}</h2>
      {handIns.length === 0 ? (
        <p>{handIn.nothing}</p>
      ) : (
        <>
          <Table
            caption={handIn.inOrder}
            columns={[handIn.name, handIn.size, handIn.at, handIn.digest]}
            rows={handIns.map(({ name, bytes, handedInAt, digest, counts }) => [
              <>
                {name}
                {!counts && <span class="hint"> ({handIn.replaced})</span>}
              </>,
              `${(bytes / 1000).toLocaleString(words.language, { maximumSignificantDigits: 3 })} kB`,
              <Moment at={handedInAt} language={words.language} />,
              <code>{digest}</code>,
            ])}
          />
          <p class="hint">{handIn.proves}</p>
          <p>
            <a class="button" href={`/attempt/hand-ins?attempt=${attempt}`} download="cloister-hand-ins.json">
              <Icon name="download" />
              {handIn.save}
            </a>
          </p>
        </>
      )}
    </section>
  );
}
