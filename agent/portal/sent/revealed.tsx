/** What a mail revealed to the reseller, as a person reads it. */
import type { Revealed } from '../../delivery/reveals.ts';

const words: Readonly<Record<string, string>> = {
  company: 'the name of your company',
  'contact.name': 'your name',
  'contact.mail': 'your mail address',
  'contact.phone': 'your phone number',
  'contact.jobRole': 'your job role',
  site: 'site',
  model: 'model',
  serial: 'serial number',
  sku: 'SKU',
  cartridge: 'battery cartridge',
  externalCartridge: 'cartridge of the external packs',
  cartridges: 'dates of each cartridge',
  quantity: 'quantity',
  installed: 'day of installation',
  replaceBy: 'replace-by date',
  warrantyEnd: 'end of the warranty',
  plan: 'service plan',
  events: 'what is due',
  date: 'when it is due',
};

const inWords = (fields: readonly string[]): string => fields.map((field) => words[field] ?? field).join(', ');

export function RevealedList({ reveals }: { reveals: Revealed }) {
  return (
    <ul class="tight">
      <li>{inWords(reveals.site)}</li>
      {reveals.units.map(({ ups, fields }) => (
        <li>
          <span class="name">{`${ups.join(', ')}: `}</span>
          {inWords(fields)}
        </li>
      ))}
    </ul>
  );
}
