/** A UPS that is about to be added by hand: from a form to a block of the config, checked and tried. */
import {
  addUps,
  ConfigEditError,
  type Problem,
  plannedUps,
  type UpsBlock,
  type UpsConfig,
} from '../../../config/config.ts';
import { type DriverName, loadDriver } from '../../../drivers/registry.ts';
import { today } from '../../operations/desk.ts';
import { type PollOutput, pollOutput } from '../../poll.ts';
import { unitOf } from '../../site.ts';
import type { PortalDesk } from '../desk.ts';
import { sectionOf } from './fields.ts';

export interface Draft {
  readonly driver: DriverName;
  readonly name: string;
  readonly site: string;
  /** What was filled in, by the key in the driver's section. */
  readonly values: ReadonlyMap<string, string>;
}

/** What is wrong with a draft: by `name`, `site` or the key of the driver's section; `''` for the whole. */
export type DraftProblems = ReadonlyMap<string, string>;

function blockOfDraft({ driver, name, site, values }: Draft): UpsBlock {
  const section = sectionOf(driver, (key) => values.get(key) ?? '');
  return { keys: { name, ...(site === '' ? {} : { site }), [driver]: section } };
}

/**
 * The unit as it would stand in the config, checked by the loader itself; or what is wrong with it.
 * @throws ConfigEditError when it is not the draft that keeps the file from being changed
 */
export async function checkDraft(desk: PortalDesk, draft: Draft): Promise<UpsConfig | DraftProblems> {
  try {
    return await plannedUps(desk.configFile.path, blockOfDraft(draft));
  } catch (error) {
    if (!(error instanceof ConfigEditError) || error.code !== 'bad-value') throw error;
    return problemsOf(draft, error.problems);
  }
}

/**
 * Writes a draft into the config, and goes on with it. Gives back the name of the unit, or what is wrong with the draft.
 * @throws ConfigEditError, ConfigError
 */
export async function addDraft(desk: PortalDesk, draft: Draft): Promise<string | DraftProblems> {
  const checked = await checkDraft(desk, draft);
  if (!('driver' in checked)) return checked;
  const [name = draft.name] = await addUps(desk.configFile.path, [blockOfDraft(draft)]);
  await desk.configFile.reload();
  return name;
}

/** `ups[3].snmp.host` is the field `host`. What has no field of its own is said of the whole. */
function problemsOf({ driver }: Draft, problems: readonly Problem[]): DraftProblems {
  const found = new Map<string, string>();
  for (const { path, message } of problems) {
    const [, own = ''] = /^ups\[\d+\]\.?(.*)$/.exec(path) ?? [];
    const key = own.startsWith(`${driver}.`) ? own.slice(driver.length + 1) : own;
    const known = ['name', 'site'].includes(key) || own.startsWith(`${driver}.`);
    const words = known ? message : `${path}: ${message}`;
    const at = known ? key : '';
    found.set(at, [found.get(at), words].filter((each) => each !== undefined).join('; '));
  }
  return found;
}

/** Reads it once, beside everything that is read already. Only what the driver throws becomes an answer. */
export async function tryOnce(desk: PortalDesk, ups: UpsConfig): Promise<PollOutput> {
  const { name, options } = ups.driver;
  const module = await loadDriver(name);
  const log = desk.office.desk.log;
  const driver = module.create(options, {
    ups: ups.name,
    monotonic: () => performance.now(),
    log: (level, message, details) => log(level, `driver.${name}`, message, { ups: ups.name, ...details }),
  });
  try {
    return await pollOutput({
      name: ups.name,
      driver: name,
      config: unitOf(ups, desk.office.config),
      today: today(desk.office.desk),
      read: async () => await driver.read(),
    });
  } finally {
    await driver.close();
  }
}
