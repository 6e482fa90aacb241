import { letterActions, pageAction } from './actions.ts';
import { clean } from './clean.ts';
import type {
  ComposedMail,
  CustomerMail,
  FarewellMail,
  InvitationMail,
  Language,
  MailContent,
  TestMail,
} from './content.ts';
import type { Block, MailDocument } from './document.ts';
import { noticeDocument } from './notice.ts';
import { renderHtml } from './render-html.tsx';
import { renderText } from './render-text.ts';
import type { Texts } from './texts/catalogue.ts';
import { texts } from './texts/index.ts';

/** Puts a mail into words: subject, plain text and HTML, which say the same. Pure. */
export function composeMail(content: MailContent, language: Language): ComposedMail {
  const built = documentOf(content, texts[language]);
  const document = { ...built, subject: clean(built.subject, 240) };
  return { subject: document.subject, text: renderText(document), html: renderHtml(document) };
}

function documentOf(content: MailContent, t: Texts): MailDocument {
  switch (content.kind) {
    case 'notices':
      return noticeDocument(content, t);
    case 'invitation':
      return invitationDocument(content, t);
    case 'customer':
      return customerDocument(content, t);
    case 'farewell':
      return farewellDocument(content, t);
    case 'test':
      return testDocument(content, t);
  }
}

const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
const heading = (text: string): Block => ({ kind: 'heading', level: 2, text });

function invitationDocument(content: InvitationMail, t: Texts): MailDocument {
  const company = clean(content.company);
  const v = { company, days: content.validDays };
  const words = t.invitation;
  return {
    language: t.language,
    subject: words.subject(v),
    blocks: [
      paragraph(t.greeting),
      paragraph(words.intro(v)),
      heading(words.getsHeading),
      { kind: 'list', items: words.gets(v) },
      ...invitationAnswers(content, t, v),
      { kind: 'rule' },
      { kind: 'note', text: words.privacy(v) },
      { kind: 'note', text: t.signature({ company }) },
      { kind: 'note', text: words.reference({ token: clean(content.token, 60) }) },
    ],
  };
}

/** How to answer, as configured; the code works in any case. */
function invitationAnswers(
  { code, ways = {} }: InvitationMail,
  t: Texts,
  v: { company: string; days: number },
): Block[] {
  const words = t.invitation;
  const codeBlock: Block = { kind: 'code', text: clean(code, 40) };
  const { page, letters } = ways;
  if (page === undefined && letters === undefined) {
    return [
      heading(words.acceptHeading),
      paragraph(words.accept(v)),
      codeBlock,
      heading(words.declineHeading),
      paragraph(words.decline(v)),
    ];
  }
  const press: readonly Block[] =
    page === undefined
      ? [paragraph(words.byMail(v)), letterActions(['accept', 'decline'], ways, t, v.company)]
      : [paragraph(words.byLink(v)), pageAction(t.action.answer, page, t)];
  const reply = letters ? [paragraph(words.byReply({ accept: t.word.accept, decline: t.word.decline }))] : [];
  const byCode = [paragraph(words.byCode(v)), codeBlock, paragraph(words.noAnswer(v))];
  return [heading(words.answerHeading), ...press, ...reply, ...byCode];
}

function customerDocument(content: CustomerMail, t: Texts): MailDocument {
  const company = clean(content.company);
  const v = { company, address: clean(content.address) };
  const words = t.customer[content.about];
  const blocks: Block[] = [paragraph(t.greeting), ...words.body(v).map(paragraph)];
  if (content.from) blocks.push(heading(t.customerLabel.from), paragraph(clean(content.from)));
  if (content.reply) blocks.push(heading(t.customerLabel.reply), paragraph(clean(content.reply, 500)));
  if (content.items && content.items.length > 0)
    blocks.push(heading(t.customerLabel.items), { kind: 'list', items: content.items.map((item) => clean(item, 240)) });
  blocks.push({ kind: 'rule' }, paragraph(t.responsibility), { kind: 'note', text: t.signature({ company }) });
  return { language: t.language, subject: words.subject(v), blocks };
}

function farewellDocument(content: FarewellMail, t: Texts): MailDocument {
  const company = clean(content.company);
  return {
    language: t.language,
    subject: t.farewell.subject({ company }),
    blocks: [
      paragraph(t.greeting),
      ...t.farewell.body({ company }).map(paragraph),
      { kind: 'rule' },
      { kind: 'note', text: t.signature({ company }) },
    ],
  };
}

function testDocument(content: TestMail, t: Texts): MailDocument {
  const company = clean(content.company);
  return {
    language: t.language,
    subject: t.test.subject({ company }),
    blocks: [
      paragraph(t.greeting),
      ...t.test.body({ company, date: t.date(content.today) }).map(paragraph),
      { kind: 'rule' },
      { kind: 'note', text: t.signature({ company }) },
    ],
  };
}
