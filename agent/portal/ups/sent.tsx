/** Everything that was ever sent about a unit, and what became of it. */
import type { SentItem, SentPage } from '../../operations/sent.ts';
import type { PortalDesk } from '../desk.ts';
import { Moment } from '../html/facts.tsx';

const fates: Readonly<Record<SentItem['state'], readonly [words: string, mood: string]>> = {
  queued: ['waits', 'warn'],
  sending: ['is on its way', 'warn'],
  sent: ['taken by the server', 'good'],
  failed: ['given up', 'bad'],
};

export function Sent({ list, desk, ups }: { list: SentPage; desk: PortalDesk; ups: string }) {
  return (
    <section class="card" id="sent" aria-labelledby="sent-title">
      <div class="card-head">
        <h2 id="sent-title">Sent about it</h2>
        {list.total > list.items.length ? (
          <p class="soft">{`The latest ${list.items.length} of ${list.total}`}</p>
        ) : undefined}
      </div>
      {list.items.length === 0 ? (
        <p class="empty">{`Nothing was sent about ${ups} so far.`}</p>
      ) : (
        <table class="stacking">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">To</th>
              <th scope="col">When</th>
              <th scope="col">Fate</th>
            </tr>
          </thead>
          <tbody>
            {list.items.map((item) => (
              <Line item={item} desk={desk} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Line({ item, desk }: { item: SentItem; desk: PortalDesk }) {
  const [words, mood] = fates[item.state];
  return (
    <tr>
      <th scope="row">{item.subject ?? (item.what === 'reminder' ? 'Reminder' : 'Notices')}</th>
      <td data-label="To">
        {item.who === 'customer' ? 'You' : 'Reseller'}
        <span class="under">{item.to}</span>
      </td>
      <td data-label="When">
        <Moment at={item.settledAt ?? item.createdAt} desk={desk} />
      </td>
      <td data-label="Fate">
        <span class={`chip ${mood}`}>{words}</span>
        {item.reply === undefined ? undefined : <span class="under">{item.reply}</span>}
      </td>
    </tr>
  );
}
