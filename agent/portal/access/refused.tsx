/** Who tried to get in, or to act, and may not: for the customer's eyes. */
import { wrongAnswers } from '../../operations/answer-counts.ts';
import { type RefusalKind, refusalKinds } from './refusals.ts';

interface RefusedProps {
  readonly refusals: Readonly<Record<RefusalKind, number>>;
  /** As `way.what`. */
  readonly answers: Readonly<Record<string, number>>;
}

export function Refused({ refusals, answers }: RefusedProps) {
  const rows = [
    ...Object.entries(refusalKinds).map(([kind, words]) => [refusals[kind as RefusalKind], words] as const),
    ...Object.entries(wrongAnswers).map(([what, words]) => [countOf(answers, what), words] as const),
  ].filter(([count]) => count > 0);
  return (
    <section class="card" aria-labelledby="refused">
      <h2 id="refused">Refused since the agent was started</h2>
      {rows.length === 0 ? (
        <p class="soft">Nothing was refused.</p>
      ) : (
        <>
          <dl class="facts counted">
            {rows.map(([count, words]) => (
              <>
                <dt>{`${count.toLocaleString('en')} ×`}</dt>
                <dd>{`${words}.`}</dd>
              </>
            ))}
          </dl>
          <p class="soft small">None of it changed anything. The log says more, with the addresses it came from.</p>
        </>
      )}
    </section>
  );
}

/** Over all ways in which an answer can come. */
function countOf(answers: RefusedProps['answers'], what: string): number {
  const found = Object.entries(answers).filter(([key]) => key.endsWith(`.${what}`));
  return found.reduce((sum, [, count]) => sum + count, 0);
}
