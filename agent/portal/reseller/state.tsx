/** Where the relation stands, and what can be done now. */
import type { ConnectionView } from '../../operations/overview.ts';
import type { PortalContext, PortalDesk } from '../desk.ts';
import { Moment } from '../html/facts.tsx';
import { Form } from '../html/form.tsx';
import { isEnded, type ShownState, stateWords, wayWords } from './words.ts';

export interface StateProps {
  readonly c: PortalContext;
  readonly desk: PortalDesk;
  readonly view: ConnectionView;
  readonly shown: ShownState;
}

export function StateCard(props: StateProps) {
  const { desk, view, shown } = props;
  const { name, mood, means } = stateWords[shown];
  const dates = [
    ['Invited', view.invitedAt],
    ['Invitation left', view.takenAt],
    ['Lapses', view.expiresAt],
    ['Answered', view.answeredAt],
    ['In this state since', isEnded(view.state) ? view.since : undefined],
  ] as const;
  return (
    <section class="card" aria-labelledby="state-title">
      <div class="card-head">
        <h2 id="state-title">{view.address ?? 'Your reseller'}</h2>
        <span class={`chip large ${mood}`}>{name}</span>
      </div>
      <p>{means}</p>
      <dl class="facts">
        {dates.map(([label, at]) =>
          at === undefined ? undefined : (
            <>
              <dt>{label}</dt>
              <dd>
                <Moment at={at} desk={desk} />
                {label === 'Answered' && view.answeredBy ? (
                  <span class="soft">{answerWords(view.answeredBy, view.answeredFrom, view.answeredHow)}</span>
                ) : undefined}
              </dd>
            </>
          ),
        )}
      </dl>
      {view.trouble === undefined ? undefined : (
        <p class="say note">{`The invitation has not left yet: ${view.trouble}`}</p>
      )}
      {view.failing === undefined ? undefined : (
        <p class="say note">
          {'Mail to this address comes back, most recently on '}
          <Moment at={view.failing.at} desk={desk} />
          {`: ${view.failing.reply}`}
        </p>
      )}
      <Moves {...props} />
    </section>
  );
}

const answerWords = (by: string, from: string | undefined, how: string | undefined): string =>
  ` ${wayWords[by] ?? by}${from === undefined ? '' : `, from ${from}`}${how === undefined ? '' : `: ${how}`}`;

function Moves({ c, desk, view }: StateProps) {
  const { state } = view;
  if (state === 'pending') {
    return (
      <>
        <CodeForm c={c} id="accept" action="/reseller/accept" button="Accept with this code" quiet={false}>
          Your reseller accepts by answering the mail, or gives you the code that stands in it, for instance by phone:
        </CodeForm>
        <details>
          <summary>They decline, or you want to withdraw the invitation</summary>
          <CodeForm c={c} id="decline" action="/reseller/decline" button="Decline with this code" quiet={true}>
            Your reseller declines, and gives you the code:
          </CodeForm>
          <Move c={c} action="/reseller/cancel" button="Cancel the invitation" danger={true} />
        </details>
      </>
    );
  }
  if (state === 'confirmed') {
    return (
      <>
        <Move c={c} action="/reseller/disconnect" button="Disconnect" danger={true}>
          Your reseller gets nothing from then on. To connect again, they must accept a new invitation.
        </Move>
        <details>
          <summary>They want to opt out, and gave me the code</summary>
          <CodeForm c={c} id="opt-out" action="/reseller/decline" button="Opt out with this code" quiet={true}>
            The code of their invitation:
          </CodeForm>
        </details>
      </>
    );
  }
  const address = desk.office.desk.site().reseller?.email;
  if (address === undefined || !isEnded(state)) return undefined;
  return (
    <Move c={c} action="/reseller/invite" button="Re-invite">
      {`A new invitation goes to ${address}. They must accept it again; a word by phone beforehand often helps.`}
    </Move>
  );
}

interface MoveProps {
  readonly c: PortalContext;
  readonly action: string;
  readonly button: string;
  readonly danger?: boolean;
  readonly children?: string;
}

function Move({ c, action, button, danger, children }: MoveProps) {
  return (
    <Form c={c} action={action} class="stack move">
      {children === undefined ? undefined : <p class="soft">{children}</p>}
      <button type="submit" class={danger ? 'danger' : ''}>
        {button}
      </button>
    </Form>
  );
}

interface CodeProps {
  readonly c: PortalContext;
  readonly id: string;
  readonly action: string;
  readonly button: string;
  readonly quiet: boolean;
  readonly children: string;
}

function CodeForm({ c, id, action, button, quiet, children }: CodeProps) {
  return (
    <Form c={c} action={action} class="move">
      <label for={`${id}-code`}>{children}</label>
      <div class="row">
        <input
          id={`${id}-code`}
          class="code"
          name="code"
          required
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          placeholder="XXXX-XXXX"
          size={12}
        />
        <button type="submit" class={quiet ? 'quiet' : ''}>
          {button}
        </button>
      </div>
    </Form>
  );
}
