/** Looks for network cards: one small question per access and address, over the one socket of all sessions. */
import { DriverError, type DriverModule } from '../contract.ts';
import type { Candidate, Introduction, ProbeContext } from '../probe.ts';
import { type Access, accessesOf, type SnmpOptions, snmpOptions, snmpPort } from './options.ts';
import { system } from './powernet.ts';
import { SnmpSession } from './session.ts';

/** One way to ask, and what it stands for in a config. */
interface Try {
  readonly access: Access;
  readonly introduction: Introduction;
}

const nobody: Introduction = { used: {}, written: {}, shown: {} };

/** Asks SNMP 2c with each community, then SNMP 1 with each, then SNMP 3 with each user, until something answers. */
export const snmpProbe: NonNullable<DriverModule<SnmpOptions>['probe']> = async (place, context) => {
  if (place.by === 'serial') return [];
  const introductions = context.introductions.length === 0 ? [nobody] : context.introductions;
  const tries = introductions.flatMap((introduction): Try[] => {
    const options = snmpOptions.schema.parse({ host: place.host, ...introduction.used });
    return accessesOf(options).map((access) => ({ access, introduction }));
  });
  let refusal: DriverError | undefined;
  let isSilent = false;
  for (const one of ['2c', '1', '3'].flatMap((version) => tries.filter(({ access }) => access.version === version))) {
    // Whatever speaks SNMP 3 answers a user that it does not know: silence is silence for all users.
    if (one.access.version === '3' && isSilent) break;
    try {
      if (await answers(place, one.access, context)) return [candidate(place, one)];
      isSilent = one.access.version === '3';
    } catch (error) {
      if (!(error instanceof DriverError) || error.code !== 'auth') throw error;
      refusal = error;
    }
  }
  if (refusal !== undefined) throw refusal;
  return [];
};

async function answers(
  place: { readonly host: string; readonly port: number },
  access: Access,
  { permit, timeoutMs, signal }: ProbeContext,
): Promise<boolean> {
  const session = new SnmpSession({ ups: place.host, ...place, timeoutMs, retries: 0 }, access);
  try {
    await permit();
    // SNMP 3 asks for the name of the engine first.
    if (access.version === '3') await permit();
    await session.ask({ kind: 'get', oids: [system.sysObjectId] }, { ms: 2 * timeoutMs, signal });
    return true;
  } catch (error) {
    if (error instanceof DriverError && (error.code === 'timeout' || error.code === 'protocol')) return false;
    throw error;
  } finally {
    session.close();
  }
}

function candidate(place: { readonly host: string; readonly port: number }, { access, introduction }: Try): Candidate {
  const where = {
    host: place.host,
    ...(place.port !== snmpPort && { port: place.port }),
    ...(access.version === '1' && { version: '1' }),
  };
  const { used, written, shown, note } = introduction;
  return {
    used: { ...where, ...used },
    written: { ...where, ...written },
    shown: { ...where, ...shown },
    ...(note !== undefined && { note }),
  };
}
