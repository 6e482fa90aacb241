/**
 * The answering side of the bench, in a process of its own so that its work is not counted: as many cards as wanted,
 * each on an address of its own, that answer an SNMPv2c GET by patching a ready-made datagram. Everything else (the
 * walks of first contact) goes through the simulator's code.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { read, readAll, readInteger, readOid, tags, write, writeInteger, writeOctets } from '../simulator/ber.ts';
import { RunningUnit } from '../simulator/card.ts';
import { smartUps } from '../simulator/units.ts';
import { hostOf, replaceByOf, serialOf } from './site.ts';

const serial = Buffer.from(serialOf(0));
const replaceBy = Buffer.from(replaceByOf(0));
const card = new RunningUnit(
  { name: 'card', values: smartUps({ serial: serial.toString(), replaceBy: replaceBy.toString() }) },
  '',
);
const kinds = { 160: 'get', 161: 'next', 165: 'bulk' } as const;

/** An answer, and where in it stands what differs from card to card and from request to request. */
interface Template {
  readonly datagram: Buffer;
  readonly idAt: number;
  readonly serialAt: number;
  readonly replaceByAt: number;
}
const templates = new Map<string, Template>();

function answer(request: Buffer, index: number): Buffer | undefined {
  const [, community, pdu] = readAll(read(request, 0).body);
  if (community === undefined || pdu === undefined) return undefined;
  const id = read(pdu.body, 0);
  const key = `${id.body.length} ${request.toString('latin1', request.length - pdu.body.length + id.end)} ${pdu.tag}`;
  let template = templates.get(key);
  if (template === undefined) {
    const made = makeTemplate(community.body, pdu.tag, pdu.body);
    if (made === undefined) return undefined;
    template = made;
    templates.set(key, template);
  }
  const datagram = Buffer.from(template.datagram);
  id.body.copy(datagram, template.idAt);
  if (template.serialAt > 0) datagram.write(serialOf(index), template.serialAt, 'latin1');
  if (template.replaceByAt > 0) datagram.write(replaceByOf(index), template.replaceByAt, 'latin1');
  return datagram;
}

function makeTemplate(community: Buffer, tag: number, body: Buffer): Template | undefined {
  const kind = Object.hasOwn(kinds, tag) ? kinds[tag as keyof typeof kinds] : undefined;
  const [id, first, second, list] = readAll(body);
  if (kind === undefined || !id || !first || !second || !list) return undefined;
  const oids = readAll(list.body).map((varbind) => readOid(read(varbind.body, 0).body));
  const pdu = card.answer('2c', {
    kind,
    id: readInteger(id.body),
    first: readInteger(first.body),
    second: readInteger(second.body),
    oids,
  });
  if (pdu === undefined) return undefined;
  const datagram = write(tags.sequence, writeInteger(1), writeOctets(community), pdu);
  const inside = read(read(pdu, 0).body, 0).body;
  const idAt = datagram.length - pdu.length + (inside.byteOffset - pdu.byteOffset);
  return { datagram, idAt, serialAt: datagram.indexOf(serial), replaceByAt: datagram.indexOf(replaceBy) };
}

async function listen(index: number): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 18 });
  socket.on('message', (request: Buffer, from: RemoteInfo) => {
    const datagram = answer(request, index);
    if (datagram !== undefined) socket.send(datagram, from.port, from.address);
  });
  socket.bind(0, hostOf(index));
  await once(socket, 'listening');
  return { socket, port: socket.address().port };
}

const wanted = Number(process.argv[2]);
const ports: number[] = [];
for (let index = 0; index < wanted; index += 1) ports.push((await listen(index)).port);
process.send?.(ports);
process.on('disconnect', () => process.exit());
