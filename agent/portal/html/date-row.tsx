/** One date to confirm, with what is needed to confirm it or to enter another in its place. */
import type { Language } from '../../delivery/mail/content.ts';
import type { DateState, DateToConfirm } from '../../operations/dates.ts';
import type { PortalContext } from '../desk.ts';
import { inStyle } from './days.ts';
import { DayOf } from './facts.tsx';
import { Form } from './form.tsx';
import { upsPath } from './paths.ts';

export const dateStateNames: Readonly<Record<DateState, string>> = {
  doubtful: 'Doubtful',
  missing: 'Missing',
  estimated: 'Estimated',
};
const dateNames: Readonly<Record<DateToConfirm['key'], string>> = {
  replaceBy: 'Replace battery by',
  installed: 'Battery installed',
  warrantyEnd: 'Warranty ends',
};

interface DateRowProps {
  readonly c: PortalContext;
  readonly date: DateToConfirm;
  readonly back: string;
  readonly language: Language;
  readonly id: string;
}

export function DateRow({ c, date, back, language, id }: DateRowProps) {
  const { ups, key, state, value, why } = date;
  const about = [date.site, date.model, date.serial].filter((text) => text !== undefined).join(' · ');
  return (
    <li class="date-row">
      <div>
        <a class="name" href={upsPath(ups)}>
          {ups}
        </a>
        <span class="under">{about}</span>
      </div>
      <div>
        <span>
          {dateNames[key]}:{' '}
          {value === undefined ? <span class="soft">not known</span> : <DayOf day={value} language={language} />}
        </span>
        <span
          class={state === 'doubtful' ? 'under doubt' : 'under'}
        >{`${dateStateNames[state]}: ${inStyle(why, language)}`}</span>
      </div>
      <div class="row">
        {value === undefined ? undefined : (
          <Form c={c} action="/dates">
            <input type="hidden" name="name" value={ups} />
            <input type="hidden" name="back" value={back} />
            <button type="submit" class="small" name="confirm" value={key}>
              Confirm
              <span class="unseen">{` ${dateNames[key]} of ${ups}`}</span>
            </button>
          </Form>
        )}
        <Form c={c} action="/dates" class="row">
          <input type="hidden" name="name" value={ups} />
          <input type="hidden" name="back" value={back} />
          <label class="unseen" for={id}>{`${dateNames[key]}, ${ups}`}</label>
          <input id={id} type="date" name={key} required />
          <button type="submit" class="quiet small">
            Save
            <span class="unseen">{` ${dateNames[key]} of ${ups}`}</span>
          </button>
        </Form>
      </div>
    </li>
  );
}
