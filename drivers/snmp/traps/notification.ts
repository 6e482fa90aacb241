/** The PDUs by which a device speaks up: traps of SNMP 1, traps and informs of SNMP 2c and 3. */
import { type Element, element, elementAt, elementsOf, integer, integerOf, oidOf, part, tags } from './ber.ts';

export interface Notification {
  readonly kind: 'trap' | 'inform';
  /** The value of snmpTrapOID, for a trap of SNMP 1 as RFC 3584 makes it (section 3.1). */
  readonly trapOid: string;
  /** The PDU that acknowledges an inform. */
  acknowledgement(): Buffer;
}

const snmpTrapOid = '1.3.6.1.6.3.1.1.4.1.0';
/** coldStart and the five others of SNMP 1 come after this. */
const genericTraps = '1.3.6.1.6.3.1.1.5';
const enterpriseSpecific = 6;
/** It is the second by the standard; whoever puts it further back than this is not listened to. */
const placesOfTrapOid = 8;

/** @throws RangeError when it is none, or not whole */
export function notificationOf(pdu: Element): Notification {
  if (pdu.tag === tags.trapV1) return trapV1(elementsOf(pdu.body));
  if (pdu.tag !== tags.trapV2 && pdu.tag !== tags.inform) throw new RangeError('neither a trap nor an inform');
  const parts = elementsOf(pdu.body);
  const [id, varbinds] = [part(parts, 0, tags.integer), part(parts, 3, tags.sequence)];
  return {
    kind: pdu.tag === tags.inform ? 'inform' : 'trap',
    trapOid: trapOidOf(varbinds.body),
    acknowledgement: () => element(tags.response, id.whole, integer(0), integer(0), varbinds.whole),
  };
}

function trapV1(parts: readonly Element[]): Notification {
  const enterprise = oidOf(part(parts, 0, tags.oid));
  const generic = integerOf(part(parts, 2, tags.integer));
  const specific = integerOf(part(parts, 3, tags.integer));
  part(parts, 5, tags.sequence);
  const trapOid = generic === enterpriseSpecific ? `${enterprise}.0.${specific}` : `${genericTraps}.${generic + 1}`;
  return { kind: 'trap', trapOid, acknowledgement: () => Buffer.alloc(0) };
}

function trapOidOf(varbinds: Buffer): string {
  for (let at = 0, place = 0; at < varbinds.length && place < placesOfTrapOid; place += 1) {
    const varbind = elementAt(varbinds, at);
    const pair = elementsOf(varbind.body);
    if (oidOf(part(pair, 0, tags.oid)) === snmpTrapOid) return oidOf(part(pair, 1, tags.oid));
    at += varbind.whole.length;
  }
  throw new RangeError('it does not say which trap it is');
}
