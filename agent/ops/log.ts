/** The log: one JSON object a line, with a stable `code` that the operator's documentation lists. */
import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type Level = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: Level, code: string, message: string, details?: Record<string, unknown>) => void;

/** A log at a level, to standard output unless another stream is given; what looks like a secret is never written. */
export function createLog(level: string, stream: DestinationStream = destination({ fd: 1, sync: true })): Log {
  const logger: Logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['*.password', '*.community', '*.secret', '*.authPassword', '*.privPassword'],
        censor: '<secret>',
      },
    },
    stream,
  );
  return (severity, code, message, details = {}) => logger[severity]({ code, ...details }, message);
}
