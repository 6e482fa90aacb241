/** Forms that the guard lets pass. */
import type { Child } from 'hono/jsx';
import { ConfigError } from '../../../config/config.ts';
import { DriverError } from '../../../drivers/contract.ts';
import { DeliveryError } from '../../delivery/channel.ts';
import { DiscoveryError } from '../../discovery/error.ts';
import { OperationError } from '../../operations/desk.ts';
import { StoreError } from '../../store/port.ts';
import type { PortalContext } from '../desk.ts';
import { goTo, type Said } from './say.ts';

interface FormProps {
  readonly c: PortalContext;
  readonly action: string;
  readonly children: Child;
  readonly class?: string;
  /** For a form that carries a file. */
  readonly file?: true;
  readonly label?: string;
}

/** A form by POST with its token. */
export function Form({ c, action, children, class: name, file, label }: FormProps) {
  return (
    <form
      method="post"
      action={action}
      class={name}
      aria-label={label}
      enctype={file ? 'multipart/form-data' : undefined}
    >
      <input type="hidden" name="form" value={formToken(c)} />
      {children}
    </form>
  );
}

function formToken(c: PortalContext): string {
  return c.get('seal').of('form', c.get('visitor')?.principal ?? 'nobody');
}

/** One field of the form that came, trimmed; `""` where there is none. */
export async function field(c: PortalContext, name: string): Promise<string> {
  const value = (await c.req.parseBody())[name];
  return typeof value === 'string' ? value.trim() : '';
}

/**
 * Does what a form asks for, then shows a page that says what was done, or why it was not. What nobody could have
 * avoided is thrown on, to the problem page.
 */
export async function act(c: PortalContext, then: string, work: () => Promise<string | Said>): Promise<Response> {
  try {
    const said = await work();
    return goTo(c, then, typeof said === 'string' ? { kind: 'done', text: said } : said);
  } catch (error) {
    const text = refusalOf(error);
    if (text === undefined) throw error;
    return goTo(c, then, { kind: 'refused', text: `Not done: ${text}` });
  }
}

/** What an error says to whoever asked, if it is meant for them: a sentence without its capital, for names begin it too. */
export function refusalOf(error: unknown): string | undefined {
  const known = [OperationError, StoreError, DriverError, DeliveryError, DiscoveryError, ConfigError];
  if (!(error instanceof Error) || !known.some((kind) => error instanceof kind)) return undefined;
  const text = error.message.trim();
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
