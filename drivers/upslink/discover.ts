/** Looks for older units: any serial port could have one, and nothing is lighter than asking it. */
import type { DriverModule } from '../contract.ts';
import type { UpslinkOptions } from './options.ts';

/** Seconds: a unit answers at once, and most ports have none. */
const impatience = 0.7;

export const upslinkProbe: NonNullable<DriverModule<UpslinkOptions>['probe']> = async (place) => {
  if (place.by !== 'serial') return [];
  const { device } = place;
  return [{ used: { device, timeout: impatience }, written: { device }, shown: { device } }];
};
