/** Problems of a config file: what they hold, how they read, and the error that carries them. */

export type Path = readonly (string | number)[];

/** Counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Problem {
  readonly severity: 'error' | 'warning';
  /** As the operator named it. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  /** `ups[1].snmp.host`; for the file itself a word such as `YAML`. */
  readonly path: string;
  /** `<what is wrong>; <what to write instead>`. Never holds a secret. */
  readonly message: string;
}

/** A problem before its place in the file is known. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly path: Path;
  readonly message: string;
  /** Nothing is written at `path`: the place is that of the parent. */
  readonly missing?: boolean;
  /** Where it is not the place of `path`. */
  readonly place?: Place;
}

/** `config.yaml:12:5 ups[1].snmp.host: <what is wrong>; <what to write instead>` */
export function formatProblem({ severity, file, line, column, path, message }: Problem): string {
  return `${file}:${line}:${column} ${path}: ${severity === 'warning' ? 'warning: ' : ''}${message}`;
}

/** `ups[1].snmp.host`. A key that is no plain word stands in quotes. */
export function formatPath(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += `${text === '' ? '' : '.'}${/^[\p{L}\p{N}_-]+$/u.test(part) ? part : JSON.stringify(part)}`;
  }
  return text;
}

/** A string that is the same for equal paths, for sets and maps. */
export function pathKey(path: Path): string {
  return path.join('\0');
}

/** The file cannot be used. The message lists every problem, one a line; trying again changes nothing. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'invalid-config';
  readonly retry = false;
  /** Errors and warnings, in the order of the file. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}
