/** What left and what waits, as a list. */
import type { SentItem } from '../../operations/sent.ts';
import type { PortalDesk } from '../desk.ts';
import { Columns } from '../html/columns.tsx';
import { Moment } from '../html/facts.tsx';
import { sentPath, stateWords, whatItIs, whoGetsIt } from './words.ts';

export function SentTable({ items, desk }: { items: readonly SentItem[]; desk: PortalDesk }) {
  return (
    <table class="stacking mails">
      <caption class="unseen">What was sent and what waits, newest first</caption>
      <Columns titles={['What', 'To', 'When', 'Fate']} />
      <tbody>
        {items.map((item) => (
          <tr>
            <th scope="row">
              <a class="name" href={sentPath(item.id)}>
                {whatItIs(item)}
              </a>
              <span class="under">{about(item)}</span>
            </th>
            <td data-label="To">
              {whoGetsIt(item)}
              <span class="under">{item.to}</span>
            </td>
            <td data-label="When">
              <Moment at={item.settledAt ?? item.createdAt} desk={desk} />
            </td>
            <td data-label="Fate">
              <Fate item={item} desk={desk} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Whether it arrived, and what the far side said. */
export function Fate({ item, desk }: { item: SentItem; desk: PortalDesk }) {
  const [words, mood] = stateWords[item.state];
  return (
    <>
      <span class={`chip ${mood}`}>{words}</span>
      {item.nextAt === undefined ? undefined : (
        <span class="under">
          {'next try '}
          <Moment at={item.nextAt} desk={desk} />
        </span>
      )}
      {item.reply === undefined ? undefined : <span class="under reply">{item.reply}</span>}
    </>
  );
}

/** The units that it tells of. */
function about({ notices, noticeCount }: SentItem): string {
  const names = [...new Set(notices.map(({ ups }) => ups))];
  const more = noticeCount - notices.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more.toLocaleString('en')} more notices` : ''}`;
}
