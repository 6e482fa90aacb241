/** Why a request was not done, as problem details (RFC 9457): by the stable code of the error that says so. */
import { ConfigEditError, ConfigError } from '../../../config/config.ts';
import { DriverError } from '../../../drivers/contract.ts';
import { DeliveryError } from '../../delivery/channel.ts';
import { OperationError } from '../../operations/desk.ts';
import { FactsRefused } from '../../operations/entries.ts';
import { StoreError } from '../../store/port.ts';
import type { PortalContext } from '../desk.ts';
import { refusalOf } from '../html/form.tsx';

const titles = {
  400: 'The request cannot be understood',
  401: 'A token is needed',
  403: 'This token may not do that',
  404: 'There is no such thing',
  405: 'That cannot be done here',
  409: 'That is not possible now',
  413: 'That is too large',
  415: 'Only JSON is taken',
  421: 'This agent has another name',
  422: 'Something is to be corrected',
  429: 'Too many attempts',
  500: 'Something went wrong',
  502: 'The far side did not do it',
  503: 'That is not possible for now',
} as const;
export type ProblemStatus = keyof typeof titles;

/** One place of a request that is to be corrected: in its body (RFC 6901), or a parameter of its query. */
export interface Place {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

/** A request that is refused before anything is done with it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: ProblemStatus;
  readonly code: string;
  readonly retry: boolean;
  readonly places: readonly Place[];

  /** @param retry that it may be done later by itself; so it is anyway where the status says so */
  constructor(status: ProblemStatus, code: string, message: string, places: readonly Place[] = [], retry = false) {
    super(message);
    this.status = status;
    this.code = code;
    this.retry = retry || status === 429 || status === 503;
    this.places = places;
  }
}

/** What an error comes to; our own mistakes say nothing of themselves. */
function problemOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const detail = refusalOf(error) ?? (error instanceof ConfigEditError ? error.message : undefined);
  if (detail === undefined || !hasCode(error)) {
    return new ApiError(500, 'internal', 'The log of the agent says why; it goes on watching.');
  }
  const retry = 'retry' in error && error.retry === true;
  return new ApiError(statusOf(error), error.code, detail, placesOf(error), retry);
}

type Coded = Error & { readonly code: string };
const hasCode = (error: unknown): error is Coded =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';

/** What was given cannot be meant so, whatever the state of things. */
const unusable = /^(bad-|missing-|wrong-code$)/;

function statusOf(error: Coded): ProblemStatus {
  const { code } = error;
  if (error instanceof StoreError) return code === 'conflict' ? 409 : 503;
  if (error instanceof DriverError || error instanceof DeliveryError || code === 'not-sent') return 502;
  if (error instanceof ConfigEditError) return code === 'bad-value' ? 422 : code === 'write-failed' ? 503 : 409;
  if (error instanceof ConfigError) return 409;
  if (code === 'clock-wrong') return 503;
  if (error instanceof OperationError && code.startsWith('no-such-')) return 404;
  return unusable.test(code) ? 422 : 409;
}

function placesOf(error: Coded): Place[] {
  if (error instanceof FactsRefused) {
    return Object.entries(error.refusals).map(([key, detail]) => ({ pointer: `#/${key}`, detail }));
  }
  if (!(error instanceof ConfigEditError)) return [];
  return error.problems.map(({ path, message }) => ({ pointer: pointerOf(path.split('.').slice(1)), detail: message }));
}

/** `#/options/port`; RFC 6901 in a fragment. */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  ['#', ...path.map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')))].join('/');

/** The answer that says so. */
export function problemAnswer(c: PortalContext, error: ApiError): Response {
  const { status, code, message, places, retry } = error;
  const problem = {
    type: `urn:upsteward:problem:${code}`,
    title: titles[status],
    status,
    detail: message,
    code,
    retry,
    ...(places.length === 0 ? {} : { errors: places }),
  };
  if (status === 429 && !c.res.headers.has('Retry-After')) c.header('Retry-After', '120');
  return c.body(JSON.stringify(problem), status, { 'Content-Type': 'application/problem+json' });
}

/** What was thrown, as an answer. Our own mistakes are logged with their place, and not shown. */
export function problemThrown(c: PortalContext, error: unknown): Response {
  const problem = problemOf(error);
  if (problem.status === 500 && error instanceof Error) {
    const { log } = c.get('desk').office.desk;
    log('error', 'portal.failed', `${c.req.method} ${c.req.path}: ${error.message}`, { stack: error.stack });
  }
  return problemAnswer(c, problem);
}
