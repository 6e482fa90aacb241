/** What goes wrong with upsd, in the words of the UPS that was to be read. */
import { DriverError } from '../contract.ts';
import { UpsdError } from './connection.ts';

/**
 * Any error of a reading as ours.
 * @param ups the unit's name
 * @param at host and port of upsd
 */
export function explained(error: unknown, ups: string, at: string): DriverError {
  const make = (code: DriverError['code'], what: string, retry: boolean) =>
    new DriverError(code, `${ups}: ${what}`, { retry, cause: error });
  if (error instanceof DriverError) return error;
  if (!(error instanceof UpsdError))
    return make('protocol', `reading failed unexpectedly (${String(error)}); please report this`, true);
  switch (error.kind) {
    case 'stopped':
      return make('closed', 'the poll was stopped', true);
    case 'no-connection':
      return make('unreachable', `no connection to upsd at ${at} (${error.code}). ${adviceFor(error.code)}`, true);
    case 'silent':
      return make('timeout', `upsd at ${at} took the connection, but does not answer in time`, true);
    case 'lost':
      return make(
        'unreachable',
        `upsd at ${at} closed the connection (${error.code}). It may have too many clients (MAXCONN in upsd.conf), or refuse this machine (hosts.allow)`,
        true,
      );
    case 'garbled':
      return make('protocol', `what answers at ${at} is not upsd, or sent ${error.code}. Check host and port`, true);
    case 'no-tls':
      return make(
        'auth',
        `upsd at ${at} has no TLS (${error.code}), and it is required here. Give upsd a certificate (CERTFILE or CERTIDENT in upsd.conf), or write \`tls: off\``,
        false,
      );
    case 'certificate':
      return make(
        'auth',
        `TLS with upsd at ${at} failed (${error.code}). Name its certificate in \`caFile\`, or write \`verifyCertificate: false\``,
        false,
      );
    case 'answered':
      return refused(error, at, make);
  }
}

function refused(
  error: UpsdError,
  at: string,
  make: (code: DriverError['code'], what: string, retry: boolean) => DriverError,
): DriverError {
  if (isDenied(error.code)) {
    const what = `upsd at ${at} refuses this user or password, or wants one (${error.code}). Compare \`user\` and \`password\` with its upsd.users`;
    return make('auth', what, false);
  }
  return make('protocol', `upsd at ${at} answers ERR ${error.code.slice(0, 60)}`, true);
}

/** Whether an error of upsd is about the user. */
export function isDenied(code: string): boolean {
  return /^(ACCESS-DENIED|INVALID-(USERNAME|PASSWORD)|(USERNAME|PASSWORD)-REQUIRED)$/.test(code);
}

function adviceFor(code: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'The host name is not known: correct `host`, or check DNS';
  if (code === 'ECONNREFUSED')
    return 'Nothing listens there: is upsd running, and does a LISTEN line in its upsd.conf name that address?';
  return 'The machine is off, or a firewall is in the way';
}
