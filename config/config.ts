/** The config room's front door: what other rooms may import. */
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
export { printConfig } from './print.ts';
export { ConfigError, formatProblem } from './problem.ts';
export type { Drivers } from './schema.ts';
export * from './types.ts';
