/** The form of a driver, made from its schema: which fields it has, and what they become in the config. Pure. */
import { z } from 'zod';
import { type DriverName, driverOptions } from '../../../drivers/registry.ts';

export interface FormField {
  /** The key in the driver's section. */
  readonly key: string;
  readonly kind: 'text' | 'number' | 'choice' | 'secret';
  readonly help: string;
  readonly required: boolean;
  /** What counts when it is left empty. */
  readonly usual?: string;
  /** Of a choice: as it is shown, and as it stands in the config. */
  readonly choices?: ReadonlyMap<string, unknown>;
  readonly min?: number;
  readonly max?: number;
  /** Seldom needed: below the others. */
  readonly seldom: boolean;
}

/** How a value is to be quoted in the file is no matter of a form. */
const aboutYaml = / ?[^.]*\bYAML\b[^.]*/g;

/** The part of JSON Schema that the drivers' options use. */
interface Shape {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Shape[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

/** The fields of a driver's form, in the order of its schema. */
export function fieldsOf(driver: DriverName): FormField[] {
  const { schema, secrets } = driverOptions(driver);
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
  return Object.entries(shape.properties ?? {}).map(([key, own]) => {
    const choices = choicesOf(own);
    const secret = secrets.includes(key);
    const required = shape.required?.includes(key) ?? false;
    return {
      key,
      kind: secret ? 'secret' : choices ? 'choice' : isNumber(own) ? 'number' : 'text',
      help: (own.description ?? '').replaceAll(aboutYaml, ''),
      required,
      seldom: !required && !secret && own.default !== undefined,
      ...(own.default === undefined ? {} : { usual: String(own.default) }),
      ...(choices ? { choices } : {}),
      ...(own.minimum === undefined ? {} : { min: own.minimum }),
      ...(own.maximum === undefined ? {} : { max: own.maximum }),
    };
  });
}

/** The section of the config that a filled form stands for. What cannot be right is left for the loader to refuse. */
export function sectionOf(driver: DriverName, form: (key: string) => string): Record<string, unknown> {
  const entries = fieldsOf(driver).flatMap((field): [string, unknown][] => {
    const text = form(field.key);
    return text === '' ? [] : [[field.key, written(field, text)]];
  });
  return Object.fromEntries(entries);
}

function written({ kind, choices }: FormField, text: string): unknown {
  if (choices?.has(text)) return choices.get(text);
  const number = Number(text);
  return kind === 'number' && Number.isFinite(number) ? number : text;
}

const isNumber = ({ type }: Shape): boolean => type === 'integer' || type === 'number';

/** Every value that may stand there, if they can be listed; of `1` and `"1"` the first is enough. */
function choicesOf(shape: Shape): ReadonlyMap<string, unknown> | undefined {
  const values = valuesOf(shape);
  if (values === undefined) return undefined;
  const choices = new Map<string, unknown>();
  for (const value of values) if (!choices.has(String(value))) choices.set(String(value), value);
  return choices;
}

function valuesOf(shape: Shape): readonly unknown[] | undefined {
  if (shape.enum !== undefined) return shape.enum;
  if (shape.const !== undefined) return [shape.const];
  if (shape.type === 'boolean') return [true, false];
  const branches = shape.anyOf?.map(valuesOf);
  return branches?.every((each) => each !== undefined) ? branches.flat() : undefined;
}
