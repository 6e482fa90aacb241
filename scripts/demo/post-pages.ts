/** The pages of the demo's post office: both inboxes, one mail, a mail to write. */

import type { AnswerKind } from '../../agent/lifecycle/connection.ts';
import type { Letter } from './mailbox.ts';
import { type ArrivedMail, moment } from './screen.ts';
import { answersMail, company, contactMail, publicUrl, resellerMail } from './site.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);

const style = `
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; margin: .5rem 0; } h2 { font-size: 1.1rem; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 2rem; }
ol { list-style: none; padding: 0; } li { padding: .4rem 0; border-bottom: 1px solid #8886; }
small, dt { opacity: .8; } dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; } dd { margin: 0; overflow-wrap: anywhere; }
button, input, textarea { font: inherit; padding: .4rem .7rem; } input, textarea { width: 100%; box-sizing: border-box; }
form.letter { display: grid; gap: .5rem; max-width: 40rem; justify-items: start; }
iframe { width: 100%; height: 36rem; border: 1px solid #8888; }
[role=status] { border: 1px solid; border-radius: .5rem; padding: .5rem .8rem; }
`;

function page(title: string, content: string): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} – demo</title><style>${style}</style><link rel="icon" href="data:,"></head>
<body><main>${content}</main></body></html>
`;
}

const button = (action: string, label: string, fields: Readonly<Record<string, string>> = {}): string =>
  `<form method="post" action="${action}">${Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`)
    .join('')}<button>${escaped(label)}</button></form>`;

/** What the first page shows. */
export interface Desk {
  readonly now: string;
  readonly agentPage: string;
  readonly mails: readonly ArrivedMail[];
  /** What a button at the endpoint would say now. */
  readonly answer?: AnswerKind;
  /** What was just done. */
  readonly said?: string;
}

const answerLabels: Readonly<Record<AnswerKind, string>> = {
  accept: 'Accept at the endpoint',
  decline: 'Decline at the endpoint',
  'opt-out': 'Opt out at the endpoint',
};

export function deskPage({ now, agentPage, mails, answer, said }: Desk): string {
  const inbox = (title: string, address: string): string => {
    const own = mails.filter(({ to }) => to === address).toReversed();
    const items = own.map(
      ({ number, subject, at }) =>
        `<li><a href="/mail/${number}">${escaped(subject)}</a><br><small>${moment(at)}</small></li>`,
    );
    return `<section><h2>${title}</h2><p><small>${address}</small></p>${
      own.length === 0 ? '<p>No mail yet.</p>' : `<ol>${items.join('')}</ol>`
    }</section>`;
  };
  const days = [
    ['1', 'A day on'],
    ['7', 'A week on'],
    ['30', '30 days on'],
  ] as const;
  return page(
    'Post office',
    `<h1>The demo: time and mail</h1>
${said === undefined ? '' : `<p role="status">${escaped(said)}</p>`}
<p>It is <strong>${escaped(now)}</strong>. <a href="${agentPage}">The page of ${company}</a> is what the customer sees.</p>
<div class="row">${days.map(([count, label]) => button('/time', label, { days: count })).join('')}${button('/swap', 'Change a battery')}</div>
${answer === undefined ? '' : `<p>The customer’s own endpoint may show the reseller a button as well:</p>${button('/endpoint', answerLabels[answer], { answer })}`}
<div class="columns">${inbox('The reseller’s mail', resellerMail)}${inbox('The customer’s mail', contactMail)}</div>`,
  );
}

export function mailPage(mail: ArrivedMail): string {
  const { number, from, to, subject, at, replyTo, messageId } = mail;
  const reply =
    to === resellerMail
      ? `<h2>Answer it</h2>${letterForm({ from: to, to: replyTo, subject: `Re: ${subject}`, text: '', inReplyTo: messageId })}`
      : '';
  return page(
    subject,
    `<p><a href="/">All mail</a></p><h1>${escaped(subject)}</h1>
<dl><dt>From</dt><dd>${escaped(from)}</dd><dt>To</dt><dd>${escaped(to)}</dd><dt>Arrived</dt><dd>${moment(at)}</dd></dl>
<iframe src="/mail/${number}/html" title="The mail" sandbox="allow-top-navigation-by-user-activation"></iframe>
${reply}`,
  );
}

/** The HTML of a mail, its links leading to what plays their part here: the agent's page, or a mail to write. */
export function mailHtml({ html }: ArrivedMail, agentPage: string): string {
  return html
    .replace('<head>', '<head><base target="_top">')
    .replaceAll(/href="mailto:([^"?]*)\?([^"]*)"/g, 'href="/write?to=$1&amp;$2"')
    .replaceAll(`href="${publicUrl}/`, `href="${agentPage}/`);
}

export function writePage(letter: Letter): string {
  return page('Write a mail', `<p><a href="/">All mail</a></p><h1>Write a mail</h1>${letterForm(letter)}`);
}

function letterForm({ from, to, subject, text, inReplyTo }: Letter): string {
  const input = (name: string, label: string, value: string): string =>
    `<label for="${name}">${label}</label><input id="${name}" name="${name}" value="${escaped(value)}">`;
  return `<form class="letter" method="post" action="/write">
<input type="hidden" name="from" value="${escaped(from)}"><input type="hidden" name="inReplyTo" value="${escaped(inReplyTo ?? '')}">
${input('to', 'To', to)}${input('subject', 'Subject', subject)}
<label for="text">Text</label><textarea id="text" name="text" rows="5">${escaped(text)}</textarea>
<button>Send</button></form>`;
}

/** Whether a letter to this address lands in the mailbox that the agent reads. */
export function isForAgent(to: string): boolean {
  const [name, domain] = answersMail.split('@');
  return to.toLowerCase() === answersMail || (to.startsWith(`${name}+`) && to.endsWith(`@${domain}`));
}
