/** The config room's front door: what other rooms may import. */
export { hidden, Secret } from './secret.ts';
export * from './types.ts';
