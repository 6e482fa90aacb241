/** The form of one UPS: its name, and what its driver needs to know. */
import type { DriverName } from '../../../drivers/registry.ts';
import type { PortalContext } from '../desk.ts';
import { Form } from '../html/form.tsx';
import type { Draft, DraftProblems } from './draft.ts';
import { driverWords } from './drivers.ts';
import { type FormField, fieldsOf } from './fields.ts';

interface DraftFormProps {
  readonly c: PortalContext;
  readonly draft: Draft;
  readonly problems: DraftProblems;
  /** It was tried: it can be saved as it is. */
  readonly tried?: { readonly answers: boolean };
}

export function DraftForm({ c, draft, problems, tried }: DraftFormProps) {
  const { driver, values } = draft;
  const fields = fieldsOf(driver);
  const general = problems.get('');
  const props = (field: FormField) => ({ field, value: values.get(field.key) ?? '', problem: problems.get(field.key) });
  const seldom = fields.filter((field) => field.seldom);
  const isOpen = seldom.some(({ key }) => values.get(key) || problems.has(key));
  return (
    <section class="card" aria-labelledby="form">
      <h2 id="form">{driverWords[driver].name}</h2>
      <Form c={c} action="/add/hand" class="fields">
        <input type="hidden" name="driver" value={driver} />
        {general === undefined ? undefined : (
          <p class="say refused" role="alert">
            {general}
          </p>
        )}
        <Own id="name" label="Name" value={draft.name} problem={problems.get('name')} required>
          What you call it; it stands in your mails and on this page, and never in a mail to your reseller.
        </Own>
        <Own id="site" label="Site" value={draft.site} problem={problems.get('site')}>
          A heading to group by, for instance a building. Your reseller sees it.
        </Own>
        {fields
          .filter((field) => !field.seldom)
          .map((field) => (
            <Field {...props(field)} />
          ))}
        {seldom.length === 0 ? undefined : (
          <details open={isOpen}>
            <summary>More settings</summary>
            <div class="fields">
              {seldom.map((field) => (
                <Field {...props(field)} />
              ))}
            </div>
          </details>
        )}
        <div class="row">
          {tried === undefined ? undefined : (
            <button type="submit" formaction="/add/save" class={tried.answers ? '' : 'quiet'}>
              {tried.answers ? 'Save' : 'Save all the same'}
            </button>
          )}
          <button type="submit" class={tried?.answers ? 'quiet' : ''}>
            {tried === undefined ? 'Try it' : 'Try again'}
          </button>
          <a href="/add">Leave it</a>
        </div>
      </Form>
    </section>
  );
}

interface OwnProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly problem: string | undefined;
  readonly required?: true;
  readonly children: string;
}

function Own({ id, label, value, problem, required, children }: OwnProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={id}
        value={value}
        maxlength={64}
        required={required}
        autocomplete="off"
        aria-describedby={`${id}-help`}
        aria-invalid={problem === undefined ? undefined : 'true'}
      />
      <Help id={id} text={children} problem={problem} />
    </div>
  );
}

interface FieldProps {
  readonly field: FormField;
  readonly value: string;
  readonly problem: string | undefined;
}

function Field({ field, value, problem }: FieldProps) {
  const { key, kind, required, usual, choices, min, max, help } = field;
  const id = `f-${key}`;
  const common = {
    id,
    name: `f.${key}`,
    required: required || undefined,
    'aria-describedby': `${id}-help`,
    'aria-invalid': problem === undefined ? undefined : ('true' as const),
  };
  return (
    <div class="field">
      <label for={id}>{labelOf(key)}</label>
      {choices === undefined ? (
        <input
          {...common}
          value={value}
          type={kind === 'secret' ? 'password' : kind === 'number' ? 'number' : 'text'}
          autocomplete={kind === 'secret' ? 'new-password' : 'off'}
          placeholder={kind === 'secret' ? undefined : usual}
          min={min}
          max={max}
          step={kind === 'number' ? 'any' : undefined}
          spellcheck={false}
        />
      ) : (
        <select {...common}>
          <option value="">{usual === undefined ? 'as usual' : `as usual: ${usual}`}</option>
          {[...choices.keys()].map((choice) => (
            <option value={choice} selected={choice === value}>
              {choice}
            </option>
          ))}
        </select>
      )}
      <Help id={id} text={help.replaceAll('`', '')} problem={problem} />
    </div>
  );
}

function Help({ id, text, problem }: { id: string; text: string; problem: string | undefined }) {
  return (
    <span id={`${id}-help`} class="under">
      {problem === undefined ? undefined : <strong class="wrong">{`${problem}. `}</strong>}
      {text}
    </span>
  );
}

const acronyms: Readonly<Record<string, string>> = { ups: 'UPS', tls: 'TLS', ca: 'CA' };

/** `authPassword` → `Auth password`, as the config calls it. */
function labelOf(key: string): string {
  const words = key
    .replaceAll(/([A-Z])/g, ' $1')
    .toLowerCase()
    .split(' ');
  const text = words.map((word) => acronyms[word] ?? word).join(' ');
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

export const emptyDraft = (driver: DriverName): Draft => ({ driver, name: '', site: '', values: new Map() });
