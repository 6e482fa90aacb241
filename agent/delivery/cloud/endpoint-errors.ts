/** What an endpoint answers, or the way to it, as a DeliveryError with a verdict. Pure. */
import { DeliveryError, type DeliveryErrorCode } from '../channel.ts';
import { failureOf } from '../http-errors.ts';

/**
 * The verdict on a status that is not 2xx (RFC 9110, RFC 6585, Standard Webhooks). What a person can put right on the
 * endpoint while events wait (a route, a login, a proxy) is tried again; what says that this request is wrong is not.
 */
export function refusal(status: number, reply: string, where: string, retryAfter: number | undefined): DeliveryError {
  const { code, retry, text } = verdict(status, where);
  return new DeliveryError(code, `${text} It answered "${reply}".`, {
    retry,
    reply,
    ...(retry && retryAfter !== undefined ? { retryAfter } : {}),
  });
}

function verdict(status: number, where: string): { code: DeliveryErrorCode; retry: boolean; text: string } {
  if (status === 410)
    return { code: 'gone', retry: false, text: `The endpoint ${where} is gone for good. Check cloud.endpoint.` };
  if (status < 400)
    return {
      code: 'misconfigured',
      retry: true,
      text: `The endpoint ${where} points elsewhere, and redirects are not followed. Set cloud.endpoint to its final address.`,
    };
  if (status === 401 || status === 403 || status === 407)
    return {
      code: 'auth',
      retry: true,
      text: `The endpoint ${where} does not let this agent in. Check cloud.secret and what stands before the endpoint.`,
    };
  if (status === 404 || status === 405)
    return {
      code: 'misconfigured',
      retry: true,
      text: `There is no endpoint at ${where}. Check the path in cloud.endpoint.`,
    };
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return {
      code: 'deferred',
      retry: true,
      text: `The endpoint ${where} does not take events for now. They are posted again; nothing to do unless this lasts.`,
    };
  if (status === 413)
    return { code: 'refused', retry: false, text: `The endpoint ${where} does not take even one event of this size.` };
  return {
    code: 'refused',
    retry: false,
    text: `The endpoint ${where} refused the events for good. Check its log against docs/cloud-endpoint.openapi.yaml.`,
  };
}

/** The verdict where no answer came. `sent`: the request was on its way, so the endpoint may have taken it. */
export function silence(error: unknown, where: string, sent: boolean): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const { kind, words } = failureOf(error);
  if (sent)
    return new DeliveryError(
      'outcome-unknown',
      `The endpoint ${where} got the events but did not confirm them (${words}). They are posted again with the same ids.`,
      { retry: true, maybeTaken: true, cause: error },
    );
  const failed = (code: DeliveryErrorCode, text: string) =>
    new DeliveryError(code, `${text} (${words})`, { retry: true, cause: error });
  if (kind === 'tls')
    return failed(
      'tls',
      `No encrypted connection to ${where}: check its certificate. For one of a private authority, start the agent with NODE_EXTRA_CA_CERTS=FILE.`,
    );
  if (kind === 'timeout') return failed('timeout', `The endpoint ${where} did not answer in time.`);
  if (kind === 'proxy')
    return failed(
      'misconfigured',
      `The proxy does not let this agent through to ${where}: check HTTPS_PROXY and NO_PROXY.`,
    );
  return failed('unreachable', `Cannot reach the endpoint ${where}: check cloud.endpoint, the network and the proxy.`);
}
