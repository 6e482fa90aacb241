/** Device > Warranty, and the service plan. */
import { DateFact } from '../html/facts.tsx';
import { Form } from '../html/form.tsx';
import { DateField, Details, type PartProps } from './parts.tsx';
import { Reminders } from './reminders.tsx';

const planNames = { advanced: 'Advanced Plan', standard: 'Standard Plan' } as const;

export function Warranty(props: PartProps) {
  const { c, view, today, language, back, events } = props;
  const { 'warranty.end': warranty, 'plan.end': planEnd, 'plan.kind': kind } = view.facts;
  const was = kind && planEnd ? `${kind.value}:${planEnd.value}` : '';
  return (
    <section class="card" id="warranty" aria-labelledby="warranty-title">
      <h2 id="warranty-title">Device: warranty and plan</h2>
      <dl class="facts">
        <dt>Warranty ends</dt>
        <dd>
          <DateFact fact={warranty} today={today} language={language} />
        </dd>
        <dt>Service plan</dt>
        <dd>
          {kind === undefined ? (
            <span class="soft">none that is known</span>
          ) : (
            <>
              {`${planNames[kind.value]} until `}
              <DateFact fact={planEnd} today={today} language={language} />
            </>
          )}
        </dd>
      </dl>
      <Reminders {...props} events={events.filter(({ event }) => /warranty|plan/.test(event))} />
      <Details summary="Enter or correct the ends" id="warranty-dates">
        <Form c={c} action="/dates" class="stack">
          <input type="hidden" name="name" value={view.ups} />
          <input type="hidden" name="back" value={back} />
          <DateField id="warrantyEnd" label="Warranty ends" fact={warranty} language={language} />
          <div class="field">
            <label for="planKind">Service plan</label>
            <select id="planKind" name="planKind">
              <option value="">None</option>
              {Object.entries(planNames).map(([value, name]) => (
                <option value={value} selected={value === kind?.value}>
                  {name}
                </option>
              ))}
            </select>
          </div>
          <div class="field">
            <label for="planEnd">Plan ends</label>
            <input id="planEnd" type="date" name="planEnd" value={planEnd?.value ?? ''} />
          </div>
          <input type="hidden" name="was-plan" value={was} />
          <p class="small soft">
            No UPS tells its warranty or plan: they come from you. An emptied field withdraws what you entered before.
          </p>
          <button type="submit">Save the ends</button>
        </Form>
      </Details>
    </section>
  );
}
