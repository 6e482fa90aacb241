/** UPS Status: everything about one unit. */
import type { ReplacedOutput } from '../../commands/battery.ts';
import { today } from '../../operations/desk.ts';
import { eventViews, unitView } from '../../operations/overview.ts';
import { sentItems } from '../../operations/sent.ts';
import type { PollOutput } from '../../poll.ts';
import type { PortalContext, PortalDesk, RouteModule } from '../desk.ts';
import { dayText } from '../html/days.ts';
import { act, field } from '../html/form.tsx';
import { page } from '../html/layout.tsx';
import { upsPath } from '../html/paths.ts';
import { Battery } from '../ups/battery.tsx';
import { Device } from '../ups/device.tsx';
import { EventTable } from '../ups/events.tsx';
import { Sent } from '../ups/sent.tsx';
import { Warranty } from '../ups/warranty.tsx';

/** The latest mails about a unit stand on its page, all of them on the page of what was sent. */
const sentShown = 20;

export const ups: RouteModule = {
  access: 'customer',
  register(app, desk) {
    app.get('/ups', (c) => upsPage(c, desk));
    app.post('/ups/remind', async (c) => {
      const [name, event] = [await field(c, 'name'), await field(c, 'event')];
      return await act(c, upsPath(name), async () => {
        const { to } = (await desk.run('remind', { name, event })) as { to: string };
        return `A reminder goes to ${to}.`;
      });
    });
    app.post('/ups/replaced', async (c) => {
      const [name, date] = [await field(c, 'name'), await field(c, 'date')];
      return await act(c, upsPath(name), async () => {
        const { writing } = (await desk.run('battery-replaced', { name, date })) as ReplacedOutput;
        const day = dayText(date, desk.office.desk.site().language);
        const written = writing.map(({ ups: way, message }) => ` Writing to the UPS (${way}): ${message}.`);
        return `Recorded: the battery of ${name} was replaced on ${day}.${written.join('')}`;
      });
    });
    app.post('/ups/read', async (c) => {
      const name = await field(c, 'name');
      return await act(c, upsPath(name, 'device'), () => read(desk, name));
    });
  },
};

async function read(desk: PortalDesk, name: string): Promise<string> {
  const { verdict, message } = (await desk.run('poll', { name })) as PollOutput;
  if (verdict === 'ups' || verdict === 'other-vendor') return `${name} answers.`;
  return `${name} could not be read: ${message ?? verdict}`;
}

function upsPage(c: PortalContext, desk: PortalDesk): Response {
  const { office } = desk;
  const view = unitView(office.desk, office.units, c.req.query('name') ?? '');
  const name = view.ups;
  const { language } = office.desk.site();
  const events = eventViews(office.desk, office.units, { all: true, ups: name });
  const ways = office.config.ups.filter((each) => view.ways.some((way) => way.name === each.name));
  const sent = sentItems(office.desk, office.units, { ups: name, limit: sentShown });
  const props = { c, desk, view, events, today: today(office.desk), language, back: upsPath(name) };
  const { 'device.model': model, 'device.serial': serial } = view.facts;
  const about = [view.site, model?.value, serial?.value].filter((text) => text !== undefined).join(' · ');
  return page(
    c,
    { title: name },
    <>
      <p class="crumbs">
        <a href="/">Overview</a>
      </p>
      <h1>{name}</h1>
      <p class="lead">{about === '' ? 'It has not been read yet.' : about}</p>
      <div class="columns">
        <Battery {...props} />
        <div>
          <Warranty {...props} />
          <Device {...props} ways={ways} />
        </div>
      </div>
      <EventTable events={events} language={language} />
      <Sent list={sent} desk={desk} ups={name} />
    </>,
  );
}
