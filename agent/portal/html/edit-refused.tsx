/** The config file could not be changed: why, and what to write by hand instead. */
import { ConfigEditError } from '../../../config/config.ts';
import type { PortalContext } from '../desk.ts';
import { page } from './layout.tsx';
import { goTo } from './say.ts';

/**
 * Does what changes the config file; where that is refused, shows what a person writes instead.
 * @param back the page of the form
 */
export async function editing(c: PortalContext, back: string, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConfigEditError)) throw error;
    if (error.code === 'bad-value') {
      const text = error.problems.map(({ path, message }) => `${path}: ${message}.`).join('\n');
      return goTo(c, back, { kind: 'refused', text: `Not done: ${text}` });
    }
    return refused(c, back, error);
  }
}

function refused(c: PortalContext, back: string, error: ConfigEditError): Response {
  const { path } = c.get('desk').configFile;
  return page(
    c,
    { title: 'The configuration was not changed', status: 409 },
    <section class="card">
      <h1>The configuration was not changed</h1>
      <p class="say refused" role="alert">
        {error.message}
      </p>
      {error.byHand === '' ? undefined : (
        <>
          <p>{`Write this into ${path} by hand, then let the agent read it again (upsteward reload):`}</p>
          <pre tabindex={0}>{error.byHand}</pre>
        </>
      )}
      <p>
        <a href={back}>Back</a>
      </p>
    </section>,
  );
}
