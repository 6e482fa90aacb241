/** Replies as the common mail programs write them, in each language, to mails that the agent really sends. */
import { composeMail } from '../../../agent/delivery/mail/compose.ts';
import type { ComposedMail, Language } from '../../../agent/delivery/mail/content.ts';
import { everyWay, invitation } from '../mail/samples.ts';

/** What mail programs say in a language: above a quote, in the header block of Outlook, under it all. */
interface Customs {
  readonly attribution: string;
  readonly header: readonly [from: string, sent: string, to: string, subject: string];
  readonly original: string;
  readonly re: string;
  readonly phone: string;
}

const who = 'UPS watch <ups@mueller.example>';
export const customs: Readonly<Record<Language, Customs>> = {
  en: {
    attribution: `On Mon, Nov 23, 2026 at 9:12 AM ${who} wrote:`,
    header: ['From', 'Sent', 'To', 'Subject'],
    original: '-----Original Message-----',
    re: 'Re',
    phone: 'Sent from my iPhone',
  },
  fr: {
    attribution: `Le lun. 23 nov. 2026 à 09:12, ${who} a écrit :`,
    header: ['De', 'Envoyé', 'À', 'Objet'],
    original: "-----Message d'origine-----",
    re: 'RE',
    phone: 'Envoyé de mon iPhone',
  },
  de: {
    attribution: `Am Mo., 23. Nov. 2026 um 09:12 Uhr schrieb ${who}:`,
    header: ['Von', 'Gesendet', 'An', 'Betreff'],
    original: '-----Ursprüngliche Nachricht-----',
    re: 'AW',
    phone: 'Von meinem iPhone gesendet',
  },
  it: {
    attribution: `Il giorno lun 23 nov 2026 alle ore 09:12 ${who} ha scritto:`,
    header: ['Da', 'Inviato', 'A', 'Oggetto'],
    original: '-----Messaggio originale-----',
    re: 'R',
    phone: 'Inviato da iPhone',
  },
  pt: {
    attribution: `Em seg., 23 de nov. de 2026 às 09:12, ${who} escreveu:`,
    header: ['De', 'Enviada em', 'Para', 'Assunto'],
    original: '-----Mensagem original-----',
    re: 'RES',
    phone: 'Enviado do meu iPhone',
  },
  ru: {
    attribution: `пн, 23 нояб. 2026 г. в 09:12, ${who}:`,
    header: ['От', 'Отправлено', 'Кому', 'Тема'],
    original: '-----Исходное сообщение-----',
    re: 'Отв',
    phone: 'Отправлено с iPhone',
  },
  es: {
    attribution: `El lun, 23 nov 2026 a las 9:12, ${who} escribió:`,
    header: ['De', 'Enviado el', 'Para', 'Asunto'],
    original: '-----Mensaje original-----',
    re: 'RV',
    phone: 'Enviado desde mi iPhone',
  },
};

/** The mail that is answered: an invitation with every way, so that its own text is full of words that are answers. */
export const sent = (language: Language): ComposedMail => composeMail({ ...invitation, ways: everyWay }, language);

export interface Reply {
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
}

type Style = (own: string, language: Language) => Reply;

const quoted = (text: string, mark = '> '): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `${mark}${line}`.trimEnd())
    .join('\n');
const html = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>');
const subjectOf = (language: Language): string => `${customs[language].re}: ${sent(language).subject}`;

const outlookBlock = (language: Language): string => {
  const [from, on, to, subject] = customs[language].header;
  return [
    `${from}: ${who}`,
    `${on}: 23.11.2026 09:12`,
    `${to}: sales@reseller.example`,
    `${subject}: ${sent(language).subject}`,
  ].join('\n');
};

/** Each mail program, by the way it quotes. */
export const styles: Readonly<Record<string, Style>> = {
  'Gmail, both parts': (own, language) => {
    const { attribution } = customs[language];
    return {
      subject: subjectOf(language),
      text: `${own}\n\n${attribution}\n\n${quoted(sent(language).text)}\n`,
      html: `<div dir="ltr">${html(own)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">${html(attribution)}<br></div><blockquote class="gmail_quote">${sent(language).html}</blockquote></div>`,
    };
  },
  'Gmail, HTML alone': (own, language) => ({
    subject: subjectOf(language),
    html: `<div dir="ltr">${html(own)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">${html(customs[language].attribution)}<br></div><blockquote>${sent(language).html}</blockquote></div>`,
  }),
  'Outlook, plain text': (own, language) => ({
    subject: subjectOf(language),
    text: `${own}\n\n${customs[language].original}\n${outlookBlock(language)}\n\n${sent(language).text}`,
  }),
  'Outlook, plain text with a line': (own, language) => ({
    subject: subjectOf(language),
    text: `${own}\n\n________________________________\n${outlookBlock(language)}\n\n${sent(language).text}`,
  }),
  'Outlook, plain text with nothing between': (own, language) => ({
    subject: subjectOf(language),
    text: `${own}\n\n${outlookBlock(language)}\n\n${sent(language).text}`,
  }),
  'Outlook, HTML alone': (own, language) => ({
    subject: subjectOf(language),
    html: `<html><head><style>p.MsoNormal {margin:0}</style></head><body><div class="WordSection1"><p class="MsoNormal">${html(own)}<o:p></o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">${html(outlookBlock(language))}</p></div></div>${sent(language).html}</div></body></html>`,
  }),
  'Outlook on the web, HTML alone': (own, language) => ({
    subject: subjectOf(language),
    html: `<div style="font-family: Calibri">${html(own)}</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><b>${html(outlookBlock(language))}</b></div>${sent(language).html}`,
  }),
  'Apple Mail, both parts': (own, language) => {
    const { attribution } = customs[language];
    return {
      subject: subjectOf(language),
      text: `${own}\n\n> ${attribution}\n> \n${quoted(sent(language).text)}\n`,
      html: `<html><body>${html(own)}<br><div><br><blockquote type="cite"><div>${html(attribution)}</div><br>${sent(language).html}</blockquote></div></body></html>`,
    };
  },
  iPhone: (own, language) => ({
    subject: subjectOf(language),
    text: `${own}\n\n${customs[language].phone}\n\n> ${customs[language].attribution}\n> \n${quoted(sent(language).text, '> ')}\n`,
  }),
  'Thunderbird, above the quote': (own, language) => ({
    subject: subjectOf(language),
    text: `${own}\n\n${customs[language].attribution}\n${quoted(sent(language).text)}\n`,
  }),
  'Thunderbird, below the quote': (own, language) => ({
    subject: subjectOf(language),
    text: `${customs[language].attribution}\n${quoted(sent(language).text)}\n\n${own}\n-- \nAnn Example\n`,
  }),
  'Thunderbird, HTML alone': (own, language) => ({
    subject: subjectOf(language),
    html: `<html><body><p>${html(own)}</p><div class="moz-cite-prefix">${html(customs[language].attribution)}<br></div><blockquote type="cite" cite="mid:x">${sent(language).html}</blockquote></body></html>`,
  }),
  'a webmail with lines before the quote': (own, language) => ({
    subject: subjectOf(language),
    text: `\n\n\u00a0\n${own}\n\n--\nAnn Example\n\n${customs[language].attribution}\n\n| ${sent(language).text.replaceAll('\n', '\n| ')}`,
  }),
};
