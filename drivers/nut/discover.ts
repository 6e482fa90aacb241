/** Asks a named upsd which UPS it knows. */
import type { DriverModule } from '../contract.ts';
import type { Candidate, Introduction } from '../probe.ts';
import { UpsdConnection } from './connection.ts';
import { explained } from './explain.ts';
import { type NutOptions, nutOptions, upsdPort } from './options.ts';
import { serverOf } from './server.ts';

export const nutProbe: NonNullable<DriverModule<NutOptions>['probe']> = async (place, context) => {
  if (place.by === 'serial') return [];
  const { host, port } = place;
  const introduction = context.introductions.find((each) => each.host?.toLowerCase() === host.toLowerCase());
  const options = nutOptions.schema.parse({ host, port, ...introduction?.used });
  await context.permit();
  try {
    const connection = await UpsdConnection.open(serverOf(options), context.signal);
    try {
      const names = await connection.names(context.signal);
      return names.map((name) => candidate(name, host, port, introduction));
    } finally {
      connection.close();
    }
  } catch (error) {
    throw explained(error, host, `${host} port ${port}`);
  }
};

function candidate(ups: string, host: string, port: number, introduction: Introduction | undefined): Candidate {
  const label = `${ups} ${host}`;
  const address = host.includes(':') ? `[${host}]` : host;
  if (introduction === undefined) {
    const short = `${ups}@${address}${port === upsdPort ? '' : `:${port}`}`;
    return { used: short, written: short, shown: short, label };
  }
  const { used, written, shown, note } = introduction;
  const where = { host, ...(port !== upsdPort && { port }), ups };
  return {
    used: { ...where, ...used },
    written: { ...where, ...written },
    shown: { ...where, ...shown },
    label,
    ...(note !== undefined && { note }),
  };
}
