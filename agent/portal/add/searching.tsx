/** A search for units: where to look, how it goes, what was found. */
import { driverNames, driverOptions } from '../../../drivers/registry.ts';
import { whatItIs } from '../../discovery/block.ts';
import { type Finding, isNew } from '../../discovery/finding.ts';
import type { PortalContext, PortalDesk } from '../desk.ts';
import { Moment } from '../html/facts.tsx';
import { Form } from '../html/form.tsx';
import { upsPath } from '../html/paths.ts';
import { driverWords } from './drivers.ts';
import type { SearchState } from './search.ts';

/** Drivers that ask a server for the units it knows. */
const servers = driverNames.filter((name) => driverOptions(name).searches?.some(({ by }) => by === 'server'));

export function SearchForm({ c }: { c: PortalContext }) {
  return (
    <section class="card" aria-labelledby="search">
      <h2 id="search">Search for units</h2>
      <Form c={c} action="/add/search" class="fields">
        <div class="field">
          <label for="ranges">Addresses</label>
          <input
            id="ranges"
            name="ranges"
            placeholder="10.0.0.0/24"
            autocomplete="off"
            aria-describedby="ranges-help"
          />
          <span id="ranges-help" class="under">
            Ranges or single addresses of your own network, with blanks between them. Only what is named here is asked.
          </span>
        </div>
        <div class="field">
          <label for="community">Community</label>
          <input
            id="community"
            name="community"
            type="password"
            autocomplete="new-password"
            aria-describedby="community-help"
          />
          <span id="community-help" class="under">
            Of SNMP 1 and 2c: public unless given. Users of SNMP 3 that units of the configuration have are tried as
            well.
          </span>
        </div>
        {servers.map((name) => (
          <div class="field">
            <label for={`server-${name}`}>{driverWords[name].name}</label>
            <input id={`server-${name}`} name={`server.${name}`} placeholder="host or host:port" autocomplete="off" />
          </div>
        ))}
        <div class="check">
          <input id="serial" name="serial" type="checkbox" value="yes" />
          <label for="serial">Serial ports of this machine as well</label>
        </div>
        <details>
          <summary>More settings</summary>
          <div class="field">
            <label for="port">UDP port of SNMP</label>
            <input id="port" name="port" type="number" min={1} max={65_535} placeholder="161" />
          </div>
        </details>
        <button type="submit">Search</button>
      </Form>
    </section>
  );
}

export function Running({
  c,
  state,
  desk,
  still,
}: {
  c: PortalContext;
  state: SearchState;
  desk: PortalDesk;
  still: boolean;
}) {
  const { done, total, seen, startedAt } = state;
  return (
    <section class="card" aria-labelledby="progress">
      <h2 id="progress">Searching</h2>
      <p>
        {'Begun '}
        <Moment at={startedAt} desk={desk} />
        {`: ${done.toLocaleString('en')} of ${total.toLocaleString('en')} places, ${seen.length} seen so far.`}
      </p>
      <progress class="wide" value={done} max={Math.max(1, total)} aria-labelledby="progress" />
      {seen.length === 0 ? undefined : (
        <ul class="plain">
          {seen.slice(-20).map(({ place, driver, reading }) => (
            <li>
              <span class="name">{reading.fields['device.model']?.value ?? 'A UPS'}</span>
              <span class="under">{`${place}, ${driver}`}</span>
            </li>
          ))}
        </ul>
      )}
      <div class="row">
        <Form c={c} action="/add/search/stop">
          <button type="submit" class="quiet">
            Stop the search
          </button>
        </Form>
        <a href="/add/search">Look again</a>
        {still ? (
          <a href="/add/search">Keep this page up to date</a>
        ) : (
          <a href="/add/search?still=yes">Do not reload this page by itself</a>
        )}
      </div>
    </section>
  );
}

export function Found({ c, state }: { c: PortalContext; state: SearchState }) {
  const { result, failed } = state;
  if (failed !== undefined) {
    return (
      <p class="say refused" role="alert">
        {`The search failed: ${failed}`}
      </p>
    );
  }
  if (result === undefined) return undefined;
  const { findings, remarks, others, stopped } = result;
  const [fresh, rest] = [findings.filter(isNew), findings.filter((each) => !isNew(each))];
  return (
    <>
      <section class="card" aria-labelledby="found">
        <div class="card-head">
          <h2 id="found">{fresh.length === 0 ? 'No new UPS was found' : 'New units'}</h2>
          {stopped ? <p class="soft">The search was stopped before its end.</p> : undefined}
        </div>
        {fresh.length === 0 ? undefined : (
          <Form c={c} action="/add/search/add" class="stack">
            <ul class="plain wide">
              {fresh.map((finding, n) => (
                <Choice finding={finding} n={n} />
              ))}
            </ul>
            <button type="submit">Add what is ticked</button>
          </Form>
        )}
      </section>
      {rest.length === 0 ? undefined : (
        <section class="card" aria-labelledby="rest">
          <h2 id="rest">Also found</h2>
          <ul class="plain">
            {rest.map((finding) => (
              <Known finding={finding} />
            ))}
          </ul>
        </section>
      )}
      {remarks.length + others === 0 ? undefined : (
        <section class="card" aria-labelledby="remarks">
          <h2 id="remarks">Remarks</h2>
          <ul class="plain">
            {remarks.map((remark) => (
              <li>{remark}</li>
            ))}
            {others === 0 ? undefined : (
              <li>{`${others.toLocaleString('en')} other devices answered that are no UPS.`}</li>
            )}
          </ul>
        </section>
      )}
    </>
  );
}

function Choice({ finding, n }: { finding: Finding; n: number }) {
  const [best] = finding.ways;
  return (
    <li class="check">
      <input id={`n${n}`} name="finding" type="checkbox" value={finding.name} checked />
      <label for={`n${n}`}>
        <span class="name">{finding.name}</span>
        <span class="under">{`${whatItIs(finding)}; ${best.driver} at ${best.place}`}</span>
        {best.note === undefined ? undefined : <span class="under doubt">{best.note}</span>}
      </label>
    </li>
  );
}

function Known({ finding }: { finding: Finding }) {
  const { configured, name, message, ways } = finding;
  return (
    <li>
      {configured === undefined ? <span class="name">{name}</span> : <a href={upsPath(configured)}>{configured}</a>}
      <span class="under">
        {[
          whatItIs(finding),
          `${ways[0].driver} at ${ways[0].place}`,
          configured === undefined ? message : 'in the configuration',
        ]
          .filter((text) => text !== undefined)
          .join('; ')}
      </span>
    </li>
  );
}
