/** The config room's front door: what other rooms may import. */
export { Draft } from './draft.ts';
export { addUps, edit, type ResellerEdit, setReseller } from './edit.ts';
export { ConfigEditError } from './edit-error.ts';
export {
  type CheckedConfig,
  type ConfigSources,
  checkConfig,
  configPath,
  type LoadedConfig,
  loadConfig,
  registeredDrivers,
  stateDirOf,
} from './load.ts';
export { hashPassword, matchesPassword } from './password.ts';
export { type NewFile, type Owner, placeFiles } from './place-file.ts';
export { plannedUps } from './planned-ups.ts';
export { printConfig } from './print.ts';
export { ConfigError, formatProblem, type Problem } from './problem.ts';
export { isUntouched, readSample } from './sample.ts';
export type { Drivers } from './schema.ts';
export * from './types.ts';
export { type UpsBlock, upsBlockText } from './ups-block.ts';
export { formatListen, isLoopback } from './values.ts';
export { writtenUps } from './written.ts';
