/** The latest that was sent about a unit, and what became of it. */
import type { SentPage } from '../../operations/sent.ts';
import type { PortalDesk } from '../desk.ts';
import { SentTable } from '../sent/table.tsx';

export function Sent({ list, desk, ups }: { list: SentPage; desk: PortalDesk; ups: string }) {
  const { items, total } = list;
  return (
    <section class="card" id="sent" aria-labelledby="sent-title">
      <div class="card-head">
        <h2 id="sent-title">Sent about it</h2>
        {total > items.length ? (
          <p>
            <a href={`/sent?ups=${encodeURIComponent(ups)}`}>{`All ${total.toLocaleString('en')}`}</a>
          </p>
        ) : undefined}
      </div>
      {items.length === 0 ? (
        <p class="empty">{`Nothing was sent about ${ups} so far.`}</p>
      ) : (
        <SentTable items={items} desk={desk} />
      )}
    </section>
  );
}
