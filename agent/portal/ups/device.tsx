/** What a unit is, how it is reached, and when it was last seen. */
import type { UpsConfig } from '../../../config/config.ts';
import { agoText } from '../html/days.ts';
import { DateFact, Moment } from '../html/facts.tsx';
import { Form } from '../html/form.tsx';
import type { PartProps } from './parts.tsx';

export interface DeviceProps extends PartProps {
  /** The entries of the config that read it. */
  readonly ways: readonly UpsConfig[];
}

export function Device({ c, desk, view, today, language, ways }: DeviceProps) {
  const { facts } = view;
  const rows = [
    ['Model', facts['device.model']?.value],
    ['Serial number', facts['device.serial']?.value],
    ['SKU', facts['device.part']?.value],
    ['Firmware', facts['ups.firmware']?.value],
    ['Site', view.site],
  ] as const;
  return (
    <section class="card" id="device" aria-labelledby="device-title">
      <h2 id="device-title">Device</h2>
      <dl class="facts">
        {rows.map(([label, value]) =>
          value === undefined ? undefined : (
            <>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </>
          ),
        )}
        {facts['ups.mfr.date'] === undefined ? undefined : (
          <>
            <dt>Manufactured</dt>
            <dd>
              <DateFact fact={facts['ups.mfr.date']} today={today} language={language} />
            </dd>
          </>
        )}
        <dt>Last seen</dt>
        <dd>
          {view.lastSeen === undefined ? <span class="soft">never</span> : <Moment at={view.lastSeen} desk={desk} />}
        </dd>
        {ways.map((way) => (
          <>
            <dt>{ways.length === 1 ? 'Read by' : `Read by, as ${way.name}`}</dt>
            <dd>
              <Way desk={desk} way={way} />
            </dd>
          </>
        ))}
      </dl>
      {ways.map((way) => (way.note === undefined ? undefined : <p class="small soft">{`Note: ${way.note}`}</p>))}
      <Form c={c} action="/ups/read">
        <input type="hidden" name="name" value={view.ups} />
        <button type="submit" class="quiet small">
          Try to read it now
        </button>
      </Form>
    </section>
  );
}

function Way({ desk, way }: { desk: DeviceProps['desk']; way: UpsConfig }) {
  const poll = desk.live.pollStatus(way.name);
  const good = poll?.verdict === 'ups' || poll?.verdict === 'other-vendor';
  return (
    <>
      <span>{targetText(way)}</span>
      {poll === undefined ? undefined : (
        <span class={good ? 'under' : 'under doubt'}>
          {good ? `read ${agoText(poll.ageMs)}` : `tried ${agoText(poll.ageMs)}: ${poll.message ?? poll.verdict}`}
        </span>
      )}
    </>
  );
}

const driverNames: Readonly<Record<string, string>> = {
  snmp: 'SNMP',
  modbus: 'Modbus',
  upslink: 'UPS-Link',
  nut: 'NUT',
  apcupsd: 'apcupsd',
};

/** `SNMP at ups1.example.com:161`. Options that may hold secrets are not looked at. */
function targetText({ driver }: UpsConfig): string {
  const options = driver.toJSON().options as Readonly<Record<string, unknown>>;
  const { host, port, device, ups } = options;
  const at = [host ?? device, port].filter((part) => part !== undefined).join(':');
  const name = driverNames[driver.name] ?? driver.name;
  const whole = typeof ups === 'string' ? `${ups}@${at}` : at;
  return whole === '' ? name : `${name} at ${whole}`;
}
