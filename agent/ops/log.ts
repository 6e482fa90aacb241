/** The log: one JSON object a line, with a stable `code` that the operator's documentation lists. */
import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type Level = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: Level, code: string, message: string, details?: Record<string, unknown>) => void;

const secretNames: ReadonlySet<string> = new Set(['password', 'community', 'secret', 'authPassword', 'privPassword']);
/** Fields of every line: a detail of the same name is left out. */
const ownNames: ReadonlySet<string> = new Set(['level', 'time', 'code', 'msg']);

/** A log at a level, to standard output unless another stream is given; what looks like a secret is never written. */
export function createLog(level: string, stream: DestinationStream = destination({ fd: 1, sync: true })): Log {
  const logger: Logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return (severity, code, message, details = {}) => {
    if (!logger.isLevelEnabled(severity)) return;
    const shown = Object.entries(details).filter(([name]) => !ownNames.has(name));
    logger[severity]({ code, ...hideSecrets(Object.fromEntries(shown), new Set()) }, message);
  };
}

/** A copy in which everything that is called like a secret is hidden, however deep it lies. */
function hideSecrets(object: object, above: ReadonlySet<object>): Record<string, unknown> {
  const around = new Set([...above, object]);
  const hide = (value: unknown): unknown => {
    if (value instanceof Error) return value.message;
    if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
    if (around.has(value)) return '<circular>';
    return Array.isArray(value) ? value.map(hide) : hideSecrets(value, around);
  };
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, secretNames.has(name) ? '<secret>' : hide(value)]),
  );
}
