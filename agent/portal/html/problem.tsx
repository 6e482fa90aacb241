/** Pages that say what went wrong and what to do. */
import type { PortalContext } from '../desk.ts';
import { type PageOptions, page } from './layout.tsx';

const titles = {
  400: 'That cannot be understood',
  401: 'Please log in',
  403: 'That is not allowed',
  404: 'There is no such page',
  405: 'That cannot be done here',
  409: 'That is not possible now',
  413: 'That is too large',
  415: 'That cannot be read',
  421: 'This page has another name',
  422: 'Something is to be corrected',
  429: 'Too many attempts',
  500: 'Something went wrong',
  503: 'That is not possible now',
} as const;

type ProblemStatus = Exclude<NonNullable<PageOptions['status']>, 200>;

interface WayOn {
  readonly href: string;
  readonly label: string;
}

export const loginPage: WayOn = { href: '/login', label: 'Log in' };
const startPage: WayOn = { href: '/', label: 'Go to the overview' };

export function problemPage(
  c: PortalContext,
  status: ProblemStatus,
  message: string,
  way: WayOn = startPage,
): Response {
  return page(
    c,
    { title: titles[status], status },
    <section class="card narrow">
      <h1>{titles[status]}</h1>
      <p>{message}</p>
      <p>
        <a href={way.href}>{way.label}</a>
      </p>
    </section>,
  );
}
