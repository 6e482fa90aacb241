/** What came of a try: what answered and what it says, or why nothing did. */

import { today } from '../../operations/desk.ts';
import type { PollOutput } from '../../poll.ts';
import { exitCodeOf } from '../../poll.ts';
import type { PortalDesk } from '../desk.ts';
import { DateFact } from '../html/facts.tsx';

const verdicts: Readonly<Record<PollOutput['verdict'], string>> = {
  ups: 'A UPS answers',
  'other-vendor': 'A UPS of another manufacturer answers',
  'not-a-ups': 'Something else answers there, and no UPS',
  'no-application': 'A card answers, but its UPS application does not run',
  'ups-lost': 'A card answers, but has lost its UPS',
  unreachable: 'Nothing answers',
};

/** Whether a try found what it looked for. */
export const answers = ({ verdict }: PollOutput): boolean => exitCodeOf(verdict) === 0;

export function Tried({ output, desk }: { output: PollOutput; desk: PortalDesk }) {
  const { facts, verdict, message } = output;
  const { language } = desk.office.desk.site();
  const day = today(desk.office.desk);
  const found = answers(output);
  return (
    <section class="card" aria-labelledby="tried">
      <h2 id="tried">What came of it</h2>
      <p class={`say ${found ? 'done' : 'refused'}`} role={found ? 'status' : 'alert'}>
        {`${verdicts[verdict]}.`}
        {message === undefined ? '' : ` ${message}`}
      </p>
      {found ? (
        <dl class="facts">
          <dt>Model</dt>
          <dd>{facts['device.model']?.value ?? 'not named'}</dd>
          <dt>Serial number</dt>
          <dd>{facts['device.serial']?.value ?? 'not named'}</dd>
          <dt>Installed</dt>
          <dd>
            <DateFact fact={facts['battery.date']} today={day} language={language} />
          </dd>
          <dt>Replace by</dt>
          <dd>
            <DateFact fact={facts['battery.date.maintenance']} today={day} language={language} />
          </dd>
        </dl>
      ) : (
        <p class="soft">
          Correct what is written below and try again; or save it, and it is read as soon as it answers.
        </p>
      )}
    </section>
  );
}
