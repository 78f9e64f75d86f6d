import { describe, expect, test } from 'vitest';
import english from '../hsm/lint/rules/en.json' with { type: 'json' };
import { createLint } from '../hsm/lint/lint.ts';
import { measureCorpus, TUNED_WITH } from './lint-corpus/measure.ts';

const lint = createLint();
const kinds = (text: string, language: string) => lint(text, language).map(({ kind }) => kind);

describe('the text lint', () => {
  test.each([
    ['en', 'payment', 'A proctoring fee of 20 euros is due before the exam.'],
    ['en', 'payment', 'Please buy a webcam if you have none.'],
    ['en', 'appearance', 'Please take off your headscarf.'],
    ['en', 'appearance', 'Dress neutrally.'],
    ['de', 'payment', 'Für die Aufsicht wird eine Gebühr von 20 Euro erhoben.'],
    ['de', 'payment', 'Kaufen Sie bitte eine Webcam.'],
    ['de', 'appearance', 'Nehmen Sie bitte vor der Prüfung Ihr Kopftuch ab.'],
    ['de', 'appearance', 'Kopfbedeckungen sind untersagt.'],
  ])('finds in %s a demand of the kind %s: %s', (language, kind, text) => {
    expect(kinds(text, language)).toEqual([kind]);
  });

  test.each([
    ['en', 'Remove your phone from the desk.'],
    ['en', 'Tuition is due in May.'],
    ['en', 'Headphones off, please.'],
    ['en', 'Please cover your camera during breaks.'],
    ['en', 'You will never be asked to take off a headscarf.'],
    ['en', 'The university bears all costs of the resit.'],
    ['en', 'Please charge your laptop before the exam.'],
    ['en', 'The sentence “remove your hat” must not appear in a notice.'],
    ['de', 'Nehmen Sie das Telefon vom Tisch.'],
    ['de', 'Der Semesterbeitrag ist im Mai fällig.'],
    ['de', 'Kopfhörer bitte absetzen.'],
    ['de', 'Sie müssen Ihr Kopftuch nicht ablegen.'],
    ['de', 'Die Kosten der Aufsicht trägt die Universität.'],
    ['de', 'Zeigen Sie, dass die Folge konvergiert.'],
  ])('leaves alone what only looks like a demand (%s): %s', (language, text) => {
    expect(kinds(text, language)).toEqual([]);
  });

  test.each([
    ['zero-width characters', 'en', 'Please take off your head\u200bsc\u2060arf.'],
    ['soft hyphens', 'de', 'Bitte das Kopf\u00adtuch ab\u00adlegen.'],
    ['Cyrillic look-alikes', 'en', 'Please take off your h\u0435\u0430dscarf.'],
    ['full width letters', 'en', 'Please take off your \uff48\uff49\uff4a\uff41\uff42.'],
    ['capitals', 'de', 'BITTE DIE MÜTZE ABNEHMEN!'],
    ['umlauts written out', 'de', 'Bitte die Muetze abnehmen.'],
    ['umlauts of two characters', 'de', 'Bitte die Mu\u0308tze abnehmen.'],
    ['a word broken at the end of a line', 'de', 'Bitte das Kopf-\ntuch ablegen.'],
    ['no-break spaces', 'en', 'Please take\u00a0off\u00a0your\u00a0turban.'],
    ['Markdown', 'en', 'Please **take off** your _turban_.'],
  ])('is not deceived by %s', (_, language, text) => {
    expect(kinds(text, language)).toEqual(['appearance']);
  });

  test('points at the quote in the original text, however it is written', () => {
    const before = 'Welcome! 😀 The exam starts at 9:00.\n\n';
    const text = `${before}Please take off your ｈｉ\u200bｊａｂ now.\n\nGood luck.`;
    const [finding, ...others] = lint(text, 'en');
    expect(others).toEqual([]);
    expect(finding?.from).toBeGreaterThanOrEqual(before.length);
    expect(text.slice(finding?.from, finding?.to)).toBe(finding?.quote);
    expect(finding?.quote).toContain('ｈｉ\u200bｊａｂ');
    expect(finding?.to).toBeLessThanOrEqual(text.indexOf(' now'));
  });

  test('explains each finding with its quote, and offers something in its place', () => {
    const text = 'The fee is 20 euros. Please take off your hat. Earrings: none. Dress modestly. Buy a webcam.';
    const german = 'Die Gebühr beträgt 20 Euro. Bitte den Hut abnehmen. Ohrringe: keine. Kaufen Sie eine Webcam.';
    const findings = [...lint(text, 'en'), ...lint(german, 'de')];
    expect(findings.length).toBe(9);
    for (const { quote, why, instead } of findings) {
      expect(why).toContain(quote);
      expect(why).not.toContain('{quote}');
      expect(instead.length).toBeGreaterThan(20);
    }
  });

  test('reads the words before a list together with each of its items', () => {
    const items = 'Please take off:\n\n- headscarves\n- your phone’s cover\n- hats\n';
    expect(lint(items, 'en').length).toBe(2);
    expect(kinds('Please bring:\n- a pen\n- water\n', 'en')).toEqual([]);
  });

  test('judges a sentence by the one that answers or follows it', () => {
    expect(kinds('Do I have to pay a fee? No.', 'en')).toEqual([]);
    expect(kinds('Have you paid the fee? If not, you cannot sit the exam.', 'en')).toContain('payment');
    expect(kinds('Ihre Brille spiegelt. Nehmen Sie sie bitte ab.', 'de')).toContain('appearance');
  });

  test('finds the same each time that it reads a text, and in whichever order it reads them', () => {
    const texts = ['Take off your hat. The fee is 20 euros.', 'Hats may stay on.', 'Caps off, pens down.'];
    const once = texts.map((text) => lint(text, 'en'));
    const again = createLint();
    expect(texts.toReversed().map((text) => again(text, 'en'))).toEqual(once.toReversed());
  });

  test('what excuses one sentence excuses no other', () => {
    expect(kinds('The exam is free of charge. A resit costs 20 euros.', 'en')).toEqual(['payment']);
    expect(kinds('Sie dürfen eine Brille tragen. Das Kopftuch legen Sie bitte ab.', 'de')).toEqual(['appearance']);
  });

  test.each([
    ['en', 'Library fines of 20 euros are paid at the desk downstairs.'],
    ['en', 'Invigilators must not ask anybody to take off a hat.'],
    ['en', 'The senate rejected the proposal to charge 20 euros.'],
    ['en', 'A tenant owes three months of rent. Advise the landlord.'],
    ['en', 'A black hat was found and can be collected from the porter.'],
    ['de', 'Die Bibliotheksgebühr von 20 Euro zahlen Sie am Schalter.'],
    ['de', 'Aufsichten dürfen von niemandem verlangen, einen Hut abzunehmen.'],
    ['de', 'Den Vorschlag, 20 Euro zu verlangen, hat der Senat abgelehnt.'],
    ['de', 'Die Klausur beginnt ab 10 Uhr.'],
    ['en', 'Some vendors require bare ears. We do not.'],
    ['en', 'If anyone asks you for money, tell the privacy officer.'],
    ['en', 'A demand to remove a piece of clothing is a breach of our charter.'],
    ['en', 'Who pays for the proctoring? Your faculty does.'],
    ['en', 'Fees for the language course are due in September.'],
    ['en', 'Turbans, wigs and caps do not count as incidents.'],
    ['en', 'Visitors hang their coats in the hall.'],
    ['de', 'Manche Anbieter verlangen freie Ohren. Wir nicht.'],
    ['de', 'Verlangt jemand Geld von Ihnen, sagen Sie es der Datenschutzbeauftragten.'],
    ['de', 'Die Aufforderung, ein Kleidungsstück abzulegen, verstößt gegen unsere Charta.'],
    ['de', 'Wer bezahlt die Aufsicht? Ihre Fakultät.'],
    ['de', 'Die Gebühren für den Sprachkurs sind im September fällig.'],
    ['de', 'Turbane, Perücken und Kappen gelten nicht als Vorfall.'],
    ['de', 'Besucher hängen ihre Mäntel im Flur auf.'],
  ])('leaves alone what nobody asks of a test taker (%s): %s', (language, text) => {
    expect(kinds(text, language)).toEqual([]);
  });

  test.each([
    ['en', 'payment', 'If library fines are open, the proctoring fee of 20 euros is due as well.'],
    ['en', 'appearance', 'If the proctor cannot recognise you, they will ask you to remove your hat.'],
    ['en', 'appearance', 'Your application to keep your hat on was rejected.'],
    ['en', 'appearance', 'Anyone wearing a headscarf will be sent home.'],
    ['en', 'appearance', 'Caps off, pens down.'],
    ['de', 'appearance', 'Wenn die Aufsicht Sie nicht erkennt, bittet sie Sie, die Mütze abzunehmen.'],
    ['de', 'appearance', 'Die Aufsicht darf Sie bitten, den Schal abzunehmen.'],
    ['de', 'payment', 'Der Spind ist frei, die Aufsicht kostet 20 Euro.'],
    ['en', 'appearance', 'Clothing that covers the face is not permitted.'],
    ['en', 'appearance', 'Religious symbols should not be seen in the picture.'],
    ['en', 'appearance', 'Please sit in front of the camera bareheaded.'],
    ['en', 'payment', 'One retake is free; after that you pay.'],
    ['de', 'appearance', 'Sonnenbrillen und Hüte dürfen nicht getragen werden.'],
    ['de', 'appearance', 'Handschuhe dürfen Sie nicht tragen.'],
    ['de', 'appearance', 'Melden Sie sich vorher, falls Sie Ihr Kopftuch nicht abnehmen können.'],
    ['de', 'payment', 'Ihre Buchung gilt erst, wenn der Betrag eingegangen ist.'],
  ])('is not talked out of a demand by words beside it (%s, %s): %s', (language, kind, text) => {
    expect(kinds(text, language)).toEqual([kind]);
  });

  test('reads in linear time, also what was made to be slow', () => {
    const texts = [
      'Please take off your hat and pay the fee of 20 euros, unless the university bears it; ',
      'hat ',
      'Please remove:\n- hats\n- scarves\n',
      'a\u0301\u0301\u0301\u200b',
      '"‘“ - hats: ',
      'fee no fee not cost without ',
      'kopfkopfkopftuchtuchkopf',
    ];
    /** Milliseconds of the processor: what others do on a busy machine is not counted. */
    const time = (text: string, times: number) => {
      const begin = process.cpuUsage();
      for (let i = 0; i < times; i++) lint(text, 'en');
      const { user, system } = process.cpuUsage(begin);
      return (user + system) / 1000;
    };
    for (const text of texts) {
      const [small = '', large = ''] = [16_000, 128_000].map((length) => text.repeat(Math.ceil(length / text.length)));
      time(small, 8);
      // As much text at once as in 8 pieces: quadratic would be 8 times the time.
      let [pieces, whole] = [Infinity, Infinity];
      for (let tries = 0; tries < 10 && whole >= 4 * pieces; tries++) {
        [pieces, whole] = [Math.min(pieces, time(small, 8)), Math.min(whole, time(large, 1))];
      }
      expect(whole, text).toBeLessThan(4 * pieces);
    }
  });

  test.each(TUNED_WITH)(
    'finds nine of ten demands that its rules were tuned with (%s), and nine of ten findings are right',
    (part) => {
      for (const { language, precision, recall } of measureCorpus(part)) {
        expect(precision, `precision in ${language}`).toBeGreaterThanOrEqual(0.9);
        expect(recall, `recall in ${language}`).toBeGreaterThanOrEqual(0.9);
      }
    },
  );
});

describe('rule files of an institution', () => {
  const dutch = {
    format: 'cloister-lint/1',
    language: 'nl',
    folds: { ĳ: 'ij' },
    words: { worn: ['hoofddoek*, pet, petten'], remove: ['af, afdoen'], neg: ['niet, nooit'] },
    findings: [
      {
        name: 'iets afdoen',
        kind: 'appearance',
        needs: ['worn', 'remove'],
        why: '„{quote}” leest als een eis om iets af te doen.',
        instead: 'Laat het weg; niemand hoeft iets af te doen.',
      },
    ],
    excuses: [{ name: 'niet', needs: ['neg', 'remove'], steps: 3 }],
  };

  test('bring a language that the lint did not know', () => {
    const own = createLint([{ name: 'nl.json', content: dutch }]);
    expect(own('Doe je hoofddoek af.', 'nl')).toMatchObject([{ kind: 'appearance', quote: 'hoofddoek af' }]);
    expect(own('Je hoeft je hoofddoek niet af te doen.', 'nl')).toEqual([]);
    expect(() => lint('Doe je hoofddoek af.', 'nl')).toThrow('There are lint rules for en, de, not for "nl".');
  });

  test('add words to a language that it knows', () => {
    const added = { format: 'cloister-lint/1', language: 'en', words: { worn: ['academic regalia'] } };
    const text = 'Please come without academic regalia.';
    expect(kinds(text, 'en')).toEqual([]);
    expect(createLint([{ name: 'own.json', content: added }])(text, 'en')).toMatchObject([{ kind: 'appearance' }]);
  });

  test('decide whatever the rules that are here already make of a sentence', () => {
    const harmless = 'Bring a pen and a sprig of lavender.';
    const demand = 'Take off your hat.';
    const added = {
      format: 'cloister-lint/1',
      language: 'en',
      words: { lavender: ['lavender'], party: ['at our party'] },
      findings: [
        {
          name: 'lavender',
          kind: 'payment',
          needs: ['lavender'],
          why: '“{quote}” is dear.',
          instead: 'Leave out lavender.',
        },
      ],
      excuses: [{ name: 'party', needs: ['party'] }],
    };
    const own = createLint([{ name: 'own.json', content: added }]);
    expect(kinds(harmless, 'en')).toEqual([]);
    expect(own(harmless, 'en')).toMatchObject([{ kind: 'payment', quote: 'lavender' }]);
    expect(own(demand, 'en')).toMatchObject([{ kind: 'appearance' }]);
    expect(own('Take off your hat at our party.', 'en')).toEqual([]);
  });

  test('are refused with a sentence that names the file and the place', () => {
    const refuse = (content: unknown) => createLint([{ name: 'own.json', content }]);
    expect(() => refuse({ ...dutch, format: 'cloister-lint/2' })).toThrow(/own\.json cannot be used\. At format: /);
    expect(() => refuse({ ...dutch, findings: [{ ...dutch.findings[0], needs: ['worn|(a+)+$'] }] })).toThrow(
      /own\.json.*At findings\.0\.needs\.0: must be tags/,
    );
    expect(() => refuse({ ...dutch, excuses: [{ name: 'x', needs: ['hats'] }] })).toThrow(
      /own\.json.*At excuses\.0 \(x\): no word list is called "hats"/,
    );
    expect(() => refuse({ ...dutch, wrods: {} })).toThrow(/own\.json.*At its top: .*wrods/);
  });

  test('are all that the engine knows of a language: without its word lists English finds nothing', () => {
    const empty = { ...english, words: Object.fromEntries(Object.keys(english.words).map((tag) => [tag, []])) };
    const own = createLint([{ name: 'empty.json', content: { ...empty, language: 'en-x-empty' } }]);
    expect(own('Please take off your hat, headscarf and veil, and pay the fee of 20 euros.', 'en-x-empty')).toEqual([]);
  });
});
