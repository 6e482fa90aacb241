/** The mail that carries notices: which blocks it has, in which order. Every word comes from the catalogue. */
import type { Day, FactSource } from '../../lifecycle/model.ts';
import { letterActions, pageAction } from './actions.ts';
import { clean } from './clean.ts';
import type { EventLine, NoticeMail, UnitBlock } from './content.ts';
import type { Block, DocumentItem, MailDocument } from './document.ts';
import type { Texts, Timing } from './texts/catalogue.ts';

type Dated = { readonly date: Day; readonly source: FactSource };

/** Builds the document of a notice mail. */
export function noticeDocument(content: NoticeMail, t: Texts): MailDocument {
  const company = clean(content.company);
  const units = content.groups.flatMap((group) => group.units.map((unit) => ({ unit, site: group.site })));
  const open = units.filter(({ unit }) => unit.lines.some(isOpen));
  const blocks: Block[] = [
    { kind: 'paragraph', text: t.greeting },
    { kind: 'paragraph', text: intro(content, t, company, open.length) },
  ];
  const labelled = content.groups.some((group) => group.site !== undefined);
  for (const group of content.groups) {
    if (labelled)
      blocks.push({
        kind: 'heading',
        level: 1,
        text: group.site === undefined ? t.otherUnits : clean(group.site, 100),
      });
    for (const unit of group.units) blocks.push(...unitBlocks(unit, content, t));
  }
  blocks.push({ kind: 'rule' }, ...closing(content, t, company));
  blocks.push({ kind: 'note', text: t.signature({ company }) });
  const subject = subjectOf(content, t, company, open.length > 0 ? open : units);
  return { language: t.language, subject: content.reminder ? t.subject.reminder({ subject }) : subject, blocks };
}

const isOpen = (line: EventLine) => line.step !== 'resolved';

function intro(content: NoticeMail, t: Texts, company: string, open: number): string {
  const v = { company, units: open };
  if (content.audience === 'reseller') {
    if (content.reminder) return t.intro.resellerReminder(v);
    return open > 0 ? t.intro.reseller(v) : t.intro.resellerResolved(v);
  }
  if (content.reminder) return t.intro.customerReminder(v);
  return open > 0 ? t.intro.customer(v) : t.intro.customerResolved(v);
}

function subjectOf(
  content: NoticeMail,
  t: Texts,
  company: string,
  units: readonly { unit: UnitBlock; site: string | undefined }[],
): string {
  const [first] = units;
  const lines = first?.unit.lines.filter(isOpen) ?? [];
  const resolved = lines.length === 0;
  if (first === undefined || units.length > 1)
    return resolved
      ? t.subject.resolvedMany({ units: units.length, company })
      : t.subject.many({ units: units.length, company });
  const name = clean(first.unit.model ?? unitName(first.unit, content) ?? t.unnamedUnit, 60);
  const unit = first.site === undefined ? name : t.subject.unitAt({ unit: name, site: clean(first.site, 60) });
  const line = lines[0] ?? first.unit.lines[0];
  if (line === undefined) return t.subject.many({ units: 1, company });
  const title = titleOf(line, t);
  if (resolved) return t.subject.resolvedOne({ title, unit, company });
  if (lines.length > 1) return t.subject.oneAndMore({ title, more: lines.length - 1, unit, company });
  return t.subject.one({ title, unit, timing: timingOf(line, content.today, t), company });
}

/** The name in the configuration is the customer's own word for a UPS and may be a host name: no reseller sees it. */
function unitName(unit: UnitBlock, content: NoticeMail): string | undefined {
  return content.audience === 'customer' ? clean(unit.name, 80) : undefined;
}

function unitHeading(unit: UnitBlock, content: NoticeMail, t: Texts): string {
  const model = unit.model === undefined ? undefined : clean(unit.model, 80);
  const name = unitName(unit, content) ?? (unit.serial === undefined ? undefined : clean(unit.serial, 40));
  const parts = content.audience === 'customer' ? [name, model] : [model, name];
  return parts.filter((part) => part !== undefined && part !== '').join(' – ') || t.unnamedUnit;
}

function unitBlocks(unit: UnitBlock, content: NoticeMail, t: Texts): Block[] {
  const blocks: Block[] = [
    { kind: 'heading', level: 2, text: unitHeading(unit, content, t) },
    { kind: 'items', items: unit.lines.map((line) => eventItem(line, content.today, t)) },
  ];
  const rows = unitRows(unit, t);
  if (rows.length > 0) blocks.push({ kind: 'rows', rows });
  if (unit.cartridges.length > 1) blocks.push(cartridgeTable(unit, t));
  return blocks;
}

function eventItem(line: EventLine, today: Day, t: Texts): DocumentItem {
  const title = titleOf(line, t);
  if (!isOpen(line))
    return { title: t.event.resolvedTitle({ title }), lines: [t.event.resolved[line.closed ?? 'unknown']] };
  const lines = [whenOf(timingOf(line, today, t), t)];
  if (line.date !== undefined && line.dateSource === 'estimate') lines.push(t.event.estimate);
  lines.push(nextOf(line.nextSteps, t));
  return { title, lines };
}

function nextOf(days: readonly Day[], t: Texts): string {
  if (days.length === 0) return t.event.noNext;
  const list = new Intl.ListFormat(t.language, { type: 'conjunction' }).format(days.map(t.date));
  return t.event.next({ dates: list, count: days.length });
}

function titleOf(line: EventLine, t: Texts): string {
  return t.titles[line.event](line.date === undefined ? undefined : t.date(line.date));
}

function timingOf(line: EventLine, today: Day, t: Texts): Timing {
  if (line.date === undefined) return { kind: 'undated' };
  const date = t.date(line.date);
  const days = line.daysLeft ?? daysBetween(today, line.date);
  if (days === 0) return { kind: 'today', date };
  return days > 0 ? { kind: 'left', days, date } : { kind: 'past', days: -days, date };
}

function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

function whenOf(timing: Timing, t: Texts): string {
  switch (timing.kind) {
    case 'left':
      return t.event.left(timing);
    case 'today':
      return t.event.today(timing);
    case 'past':
      return t.event.past(timing);
    case 'undated':
      return t.event.undated;
  }
}

function unitRows(unit: UnitBlock, t: Texts): [string, string][] {
  const dated = (fact: Dated | undefined) => {
    if (fact === undefined) return undefined;
    const date = t.date(fact.date);
    return fact.source === 'estimate' ? t.value.estimated({ date }) : date;
  };
  const plan = unit.plan && t.value.plan({ kind: unit.plan.kind, date: t.date(unit.plan.end) });
  const rows: [string, string | undefined][] = [
    [t.label.model, unit.model],
    [t.label.serial, unit.serial],
    [t.label.sku, unit.sku],
    [t.label.cartridge, unit.cartridge],
    [t.label.externalCartridge, unit.externalCartridge],
    [t.label.quantity, unit.quantity === undefined ? undefined : String(unit.quantity)],
    [t.label.installed, dated(unit.installed)],
    [t.label.replaceBy, dated(unit.replaceBy)],
    [t.label.warrantyEnd, dated(unit.warrantyEnd)],
    [t.label.plan, plan],
  ];
  return rows.flatMap(([label, value]) => (value ? [[label, clean(value)]] : []));
}

function cartridgeTable(unit: UnitBlock, t: Texts): Block {
  const place = ({ pack, cartridge, label }: UnitBlock['cartridges'][number]) => {
    if (pack === undefined) return clean(label, 60);
    return cartridge === undefined ? t.value.pack({ pack }) : t.value.cartridge({ pack, cartridge });
  };
  const { cartridge, part, installed, replaceBy, due } = t.label;
  return {
    kind: 'table',
    head: [cartridge, part, installed, replaceBy, due],
    rows: unit.cartridges.map((c) => [
      place(c),
      c.part === undefined ? '' : clean(c.part, 60),
      c.installed === undefined ? '' : t.date(c.installed),
      c.replaceBy === undefined ? '' : t.date(c.replaceBy),
      c.due ? t.value.due : t.value.notDue,
    ]),
  };
}

function closing(content: NoticeMail, t: Texts, company: string): Block[] {
  if (content.audience === 'customer') return [{ kind: 'paragraph', text: t.responsibility }];
  const { contact } = content;
  const rows: [string, string | undefined][] = [
    [t.label.contactName, contact.name],
    [t.label.jobRole, contact.jobRole],
    [t.label.mail, contact.mail],
    [t.label.phone, contact.phone],
  ];
  return [
    { kind: 'heading', level: 2, text: t.closing.contactHeading },
    { kind: 'rows', rows: rows.flatMap(([label, value]) => (value ? [[label, clean(value)] as const] : [])) },
    { kind: 'paragraph', text: t.closing.contact({ company }) },
    { kind: 'heading', level: 2, text: t.closing.optOutHeading },
    ...optOut(content, t, company),
  ];
}

/** How to opt out, as configured; where nothing is, a person does it. */
function optOut({ ways = {}, contact }: NoticeMail, t: Texts, company: string): Block[] {
  const { closing, word } = t;
  const { page, letters } = ways;
  if (page !== undefined) {
    const reply: Block[] = letters ? [{ kind: 'paragraph', text: closing.optOutByReply({ word: word.optOut }) }] : [];
    return [{ kind: 'paragraph', text: closing.optOutByLink }, pageAction(t.action.optOut, page, t), ...reply];
  }
  if (letters === undefined)
    return [{ kind: 'paragraph', text: closing.optOut({ company, mail: clean(contact.mail) }) }];
  return [
    { kind: 'paragraph', text: closing.optOutByMail({ word: word.optOut }) },
    letterActions(['optOut'], ways, t, company),
  ];
}
