/** Which things a notice reveals to the reseller, by name: what the record of disclosures keeps beside the words. */
import type { CloudEventData } from './cloud/events.ts';
import type { MailContent, UnitBlock } from './mail/content.ts';

/** The names of what was revealed, units with the same ones together. */
export interface Revealed {
  /** Of the site: `company`, `contact.name`, `contact.mail` … */
  readonly site: readonly string[];
  readonly units: readonly { readonly fields: readonly string[]; readonly ups: readonly string[] }[];
}

/** What a mail reveals to the reseller of the customer's equipment; `undefined` for a mail that goes to somebody else. */
export function revealedByMail(content: MailContent): Revealed | undefined {
  if (content.kind !== 'notices' || content.audience !== 'reseller') return undefined;
  const units = content.groups.flatMap(({ site, units: blocks }) =>
    blocks.map((block) => ({ ups: block.name, fields: [...(site === undefined ? [] : ['site']), ...fieldsOf(block)] })),
  );
  return { site: siteFields(content.contact), units: grouped(units) };
}

/** What a notice reveals that the endpoint passes on. */
export function revealedByEndpoint(data: CloudEventData<'notice.due'>): Revealed {
  const { name: ups, ...unit } = data.unit;
  const fields = [...Object.keys(unit), 'events', ...(data.date === undefined ? [] : ['date'])];
  return { site: siteFields(data.contact ?? {}), units: [{ fields, ups: [ups] }] };
}

/** `company, contact.name; Server room, Hall: model, serial` */
export function revealedWords({ site, units }: Revealed): string {
  return [site.join(', '), ...units.map(({ ups, fields }) => `${ups.join(', ')}: ${fields.join(', ')}`)].join('; ');
}

const siteFields = (contact: object): string[] => ['company', ...Object.keys(contact).map((key) => `contact.${key}`)];

/** The name in the config is for the customer's own mails; everything else of a block is written out. */
function fieldsOf({ name: _name, lines, cartridges, ...rest }: UnitBlock): string[] {
  return [
    ...Object.keys(rest),
    ...(cartridges.length > 1 ? ['cartridges'] : []),
    'events',
    ...(lines.some(({ date }) => date !== undefined) ? ['date'] : []),
  ];
}

function grouped(units: readonly { ups: string; fields: readonly string[] }[]): Revealed['units'] {
  const groups = new Map<string, { fields: readonly string[]; ups: string[] }>();
  for (const { ups, fields } of units) {
    const group = groups.get(fields.join());
    if (group) group.ups.push(ups);
    else groups.set(fields.join(), { fields, ups: [ups] });
  }
  return [...groups.values()];
}
