import { z } from 'zod';
import {
  type CheckedConfig,
  type ConfigSources,
  checkConfig,
  type Drivers,
  registeredDrivers,
} from '../../config/config.ts';
import type { DriverOptions } from '../../drivers/contract.ts';

const fake: DriverOptions<{ address: string; key?: string | undefined }> = {
  schema: z.strictObject({ address: z.string(), key: z.string().optional() }),
  secrets: ['key'],
  schemes: [],
  fromUrl: () => ({}),
  lineOf: ({ address }) => address,
};

/** The real drivers, and one that needs nothing but an address. */
export const drivers: Drivers = new Map([...registeredDrivers(), ['fake', fake as DriverOptions<unknown>]]);

/** A file system of texts. A text that begins with `E` and capitals is the error of reading it. */
export function filesOf(texts: Readonly<Record<string, string>>, mode = 0o100640): NonNullable<ConfigSources['files']> {
  return {
    async read(path) {
      const text = Object.entries(texts).find(([name]) => path === name || path === `${process.cwd()}/${name}`)?.[1];
      const code = text === undefined ? 'ENOENT' : /^E[A-Z]+$/.exec(text)?.[0];
      if (code !== undefined) throw Object.assign(new Error(`${code}: ${path}`), { code });
      return text ?? '';
    },
    mode: async () => mode,
  };
}

/** Checks a text as `config.yaml` in the current folder, away from the real environment. */
export async function checkText(
  text: string,
  sources: Partial<ConfigSources> & { texts?: Record<string, string> } = {},
): Promise<CheckedConfig> {
  const { texts = {}, ...rest } = sources;
  return await checkConfig({
    path: 'config.yaml',
    env: {},
    files: filesOf({ 'config.yaml': text, ...texts }),
    drivers,
    systemTimeZone: 'Europe/Paris',
    ...rest,
  });
}
