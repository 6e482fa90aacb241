/** Looks at an apcupsd that was named. */
import type { DriverModule } from '../contract.ts';
import { type ApcupsdOptions, nisPort } from './options.ts';

export const apcupsdProbe: NonNullable<DriverModule<ApcupsdOptions>['probe']> = async (place, { permit }) => {
  if (place.by === 'serial') return [];
  await permit();
  const section = { host: place.host, ...(place.port !== nisPort && { port: place.port }) };
  return [{ used: section, written: section, shown: section }];
};
