/** Battery > Replace By. */
import type { CartridgeFact, Day, Facts } from '../../lifecycle/model.ts';
import { Columns } from '../html/columns.tsx';
import { DateFact, DayOf, SourceOf } from '../html/facts.tsx';
import { Form } from '../html/form.tsx';
import { DateField, Details, type PartProps } from './parts.tsx';
import { Reminders } from './reminders.tsx';

export function Battery(props: PartProps) {
  const { c, view, today, language, back, events } = props;
  const { facts } = view;
  return (
    <section class="card" id="battery" aria-labelledby="battery-title">
      <h2 id="battery-title">Battery: replace by</h2>
      <dl class="facts">
        <dt>Replace by</dt>
        <dd>
          <DateFact fact={facts['battery.date.maintenance']} today={today} language={language} />
        </dd>
        <dt>Installed</dt>
        <dd>
          <DateFact fact={facts['battery.date']} today={today} language={language} />
        </dd>
        <Cartridge facts={facts} language={language} />
        <Health facts={facts} {...props} />
      </dl>
      <Cartridges rows={facts['battery.cartridges']?.value ?? []} {...props} />
      <Reminders {...props} events={events.filter(({ event }) => !/warranty|plan/.test(event))} />
      <Details summary="The battery was replaced" id="replaced">
        <Form c={c} action="/ups/replaced" class="stack">
          <input type="hidden" name="name" value={view.ups} />
          <p class="small soft">
            Closes the battery events of this UPS and voids older dates. The next date is estimated from this day, until
            the UPS or you say a better one.
            {mayWrite(props) ? ' The day is written to the UPS as well, as your config allows.' : ''}
          </p>
          <div class="field">
            <label for="replaced-on">Day of the change</label>
            <input id="replaced-on" type="date" name="date" value={today} max={today} required />
          </div>
          <button type="submit">Record the new battery</button>
        </Form>
      </Details>
      <Details summary="Correct or confirm the dates" id="battery-dates">
        <Form c={c} action="/dates" class="stack">
          <input type="hidden" name="name" value={view.ups} />
          <input type="hidden" name="back" value={back} />
          <DateField id="installed" label="Installed" fact={facts['battery.date']} max={today} language={language} />
          <DateField id="replaceBy" label="Replace by" fact={facts['battery.date.maintenance']} language={language} />
          <p class="small soft">An emptied field withdraws what you entered before.</p>
          <button type="submit">Save the dates</button>
        </Form>
      </Details>
    </section>
  );
}

/** Whether the config allows one of the ways to this unit to be written to. */
function mayWrite({ desk, view }: PartProps): boolean {
  const names = view.ways.map(({ name }) => name);
  return desk.office.config.ups.some(({ name, allowWrite }) => allowWrite && names.includes(name));
}

function Cartridge({ facts, language }: Pick<PartProps, 'language'> & { readonly facts: Facts }) {
  const { 'battery.cartridge': part, 'battery.cartridge.quantity': quantity, 'battery.packs': packs } = facts;
  const external = facts['battery.cartridge.external'];
  return (
    <>
      <dt>Cartridge</dt>
      <dd>
        {part === undefined ? (
          <span class="soft">part number not known</span>
        ) : (
          <>
            <span class="code">{part.value}</span>
            <SourceOf fact={part} language={language} />
          </>
        )}
        {quantity === undefined ? undefined : (
          <span class="under">
            {`${quantity.value} for a full change`}
            <SourceOf fact={quantity} language={language} />
          </span>
        )}
      </dd>
      {external === undefined ? undefined : (
        <>
          <dt>External packs</dt>
          <dd>
            <span class="code">{external.value}</span>
            {packs === undefined ? undefined : <span class="under">{`${packs.value} external`}</span>}
          </dd>
        </>
      )}
    </>
  );
}

const lifetimes = {
  ok: 'fine',
  'near-end': 'near the end of its life',
  'measured-near-end': 'measured: near the end of its life',
  exceeded: 'beyond the end of its life',
} as const;

/** What the UPS itself says of its battery. */
function Health({ facts, today, language }: { facts: Facts } & Pick<PartProps, 'today' | 'language'>) {
  const { 'battery.lifetime': life, 'battery.replace': replace, 'battery.needs-replacement': needs } = facts;
  const { 'ups.test.result': result, 'ups.test.date': tested } = facts;
  const says = [
    life ? `the battery is ${lifetimes[life.value]}` : '',
    needs?.value ? 'a cartridge needs replacement' : '',
    replace?.value ? 'replace the battery' : '',
  ].filter((text) => text !== '');
  return (
    <>
      {says.length === 0 ? undefined : (
        <>
          <dt>The UPS says</dt>
          <dd>{says.join('; ')}</dd>
        </>
      )}
      {result === undefined ? undefined : (
        <>
          <dt>Last self-test</dt>
          <dd>
            {result.value}
            {tested === undefined ? undefined : (
              <>
                {', '}
                <DateFact fact={tested} today={today} language={language} />
              </>
            )}
          </dd>
        </>
      )}
    </>
  );
}

/** Each cartridge or pack, where the unit lists several. */
function Cartridges({ rows, language }: { rows: readonly CartridgeFact[] } & Pick<PartProps, 'language'>) {
  if (rows.length < 2) return undefined;
  const day = (value: Day | undefined) => (value === undefined ? '–' : <DayOf day={value} language={language} />);
  return (
    <Details summary={`${rows.length} cartridges and packs`} id="cartridges">
      <table class="stacking">
        <Columns titles={['Place', 'Installed', 'Replace by', 'Says']} />
        <tbody>
          {rows.map(({ pack, cartridge, installed, replaceBy, part, status }) => (
            <tr>
              <th scope="row">
                {cartridge === undefined ? `Pack ${pack}` : `Pack ${pack}, cartridge ${cartridge}`}
                {part === undefined ? undefined : <span class="under code">{part}</span>}
              </th>
              <td data-label="Installed">{day(installed)}</td>
              <td data-label="Replace by">{day(replaceBy)}</td>
              <td data-label="Says">{(status ?? []).join(', ').replaceAll('-', ' ') || 'fine'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Details>
  );
}
