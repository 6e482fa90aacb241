/** Network cards behind one relay of datagrams that goes wrong: real sockets, in real time. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { loadDriver } from '../../../drivers/registry.ts';
import { snmpOptions } from '../../../drivers/snmp/options.ts';
import type { Random } from '../../simulator/bad-lines.ts';
import { type SimulatedUnit, startSimulator } from '../../simulator/simulator.ts';
import { oids, smartUps } from '../../simulator/units.ts';
import type { Unit } from './watch.ts';

/** Datagrams that went by, from which the relay takes when it sends one of the past. */
const remembered = 200;

/** Between drivers, which all send from one port, and one port with many cards: an address says nothing here. */
export class Relay {
  isBad = true;
  /** What was done to datagrams, by what it was. */
  readonly done: Record<string, number> = {};
  readonly #random: Random;
  readonly #near = createSocket('udp4');
  readonly #far = createSocket('udp4');
  /** Another sender: the right address, the wrong port. */
  readonly #stranger = createSocket('udp4');
  readonly #past: Buffer[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #held: (() => void) | undefined;
  #client = 0;

  private constructor(random: Random) {
    this.#random = random;
  }

  static async open(target: number, random: Random): Promise<Relay> {
    const relay = new Relay(random);
    for (const socket of [relay.#near, relay.#far, relay.#stranger]) {
      socket.on('error', () => {});
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
    }
    relay.#near.on('message', (datagram, from) => {
      relay.#client = from.port;
      relay.#carry(datagram, relay.#far, target);
    });
    relay.#far.on('message', (datagram) => {
      relay.#past.push(datagram);
      if (relay.#past.length > remembered) relay.#past.shift();
      if (relay.isBad) relay.#tellOldStories();
      relay.#carry(datagram, relay.#near, relay.#client);
    });
    return relay;
  }

  get port(): number {
    return this.#near.address().port;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of [this.#near, this.#far, this.#stranger])
      await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  /** One datagram on its way: there, lost, twice, late, or behind the next one. */
  #carry(datagram: Buffer, by: Socket, port: number): void {
    const send = (): void => by.send(datagram, port, '127.0.0.1');
    const held = this.#held;
    this.#held = undefined;
    switch (this.isBad ? this.#random(16) : 15) {
      case 0:
        this.#note('lost');
        break;
      case 1:
        this.#note('twice');
        send();
        send();
        break;
      case 2:
        this.#note('late');
        this.#later(send, 20 + this.#random(250));
        break;
      case 3:
        this.#note('very late');
        this.#later(send, 300 + this.#random(3000));
        break;
      case 4:
        this.#note('behind the next one');
        this.#held = send;
        break;
      default:
        send();
    }
    held?.();
  }

  /** Sends what was an answer once, to whoever listens now: from the right port, and from another one. */
  #tellOldStories(): void {
    const old = this.#past[this.#random(this.#past.length)];
    if (old === undefined) return;
    if (this.#random(4) === 0) {
      this.#note('an answer of the past, or of another unit');
      this.#near.send(old, this.#client, '127.0.0.1');
    }
    if (this.#random(4) === 0) {
      this.#note('an answer from another port');
      this.#stranger.send(this.#past.at(-1) ?? old, this.#client, '127.0.0.1');
    }
  }

  #later(call: () => void, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      call();
    }, ms);
    this.#timers.add(timer);
  }

  #note(what: string): void {
    this.done[what] = (this.done[what] ?? 0) + 1;
  }
}

export interface SnmpSite {
  readonly units: readonly Unit[];
  /** Datagrams by what was done to them. */
  done(): Readonly<Record<string, number>>;
  heal(): void;
  close(): Promise<void>;
}

/** Cards of which every fourth has SNMPv3 and a port of its own; the others share one and have but their community. */
export async function snmpSite(count: number, random: Random): Promise<SnmpSite> {
  const cards = Array.from({ length: count }, (_none, index) => ({ index, isV3: index % 4 === 3 }));
  const shared = cards.filter(({ isV3 }) => !isV3);
  // An engine is discovered by address and port: two of them behind one could not be told apart.
  const alone = cards.filter(({ isV3 }) => isV3).map((card) => [card]);
  const places = await Promise.all([shared, ...alone].map((each) => placeOf(each, random)));
  return {
    units: places.flatMap(({ units }) => units),
    done: () => {
      const sum: Record<string, number> = {};
      for (const { relay } of places)
        for (const [what, n] of Object.entries(relay.done)) sum[what] = (sum[what] ?? 0) + n;
      return sum;
    },
    heal: () => {
      for (const { relay } of places) relay.isBad = false;
    },
    close: async () => {
      for (const { relay, simulator } of places) {
        await relay.close();
        await simulator.close();
      }
    },
  };
}

interface Card {
  readonly index: number;
  readonly isV3: boolean;
}

const passwords = { authPassword: 'an auth secret', privPassword: 'a priv secret' };
const nameOf = (index: number): string => `card ${index + 1}`;
const serialOf = (index: number): string => `AS22160${String(index).padStart(5, '0')}`;

/** One port with cards behind a relay of its own. */
async function placeOf(cards: readonly Card[], random: Random) {
  const simulator = await startSimulator({
    units: cards.map(({ index, isV3 }): SimulatedUnit => {
      const about = { name: nameOf(index), values: smartUps({ serial: serialOf(index) }) };
      if (!isV3) return { ...about, community: `community-${index}` };
      const auth = { protocol: 'sha', password: passwords.authPassword } as const;
      const priv = { protocol: 'aes', password: passwords.privPassword } as const;
      return { ...about, community: `nobody-${index}`, users: [{ name: `user-${index}`, auth, priv }] };
    }),
  });
  const relay = await Relay.open(simulator.port, random);
  const { create } = await loadDriver('snmp');
  const units = cards.map(({ index, isV3 }): Unit => {
    const name = nameOf(index);
    const access = isV3 ? { user: `user-${index}`, ...passwords } : { version: '2c', community: `community-${index}` };
    const where = { host: '127.0.0.1', port: relay.port, timeout: 0.15, retries: 1 };
    const options = snmpOptions.schema.parse({ ...where, ...access });
    return {
      name,
      line: name,
      driver: create(options, { ups: name, monotonic: () => performance.now(), log: () => {} }),
      dress: (turn) => {
        const { installed, replaceBy, sku, cartridge, tested } = saysAt(index, turn);
        simulator.unit(name).merge({
          [oids.installed]: installed,
          [oids.replaceBy]: replaceBy,
          [oids.sku]: sku,
          [oids.cartridge]: cartridge,
          [oids.testDate]: tested,
        });
      },
      expected: (turn) => {
        const { installed, replaceBy, sku, cartridge, tested } = saysAt(index, turn);
        return {
          'device.serial': serialOf(index),
          'battery.date': installed,
          'battery.date.maintenance': replaceBy,
          'device.part': sku,
          'battery.cartridge': cartridge,
          'ups.test.date': tested,
        };
      },
    };
  });
  return { relay, simulator, units };
}

const saysAt = (index: number, turn: number) => ({
  installed: `installed ${index}/${turn}`,
  replaceBy: `replace by ${index}/${turn}`,
  sku: `sku ${index}/${turn}`,
  cartridge: `cartridge ${index}/${turn}`,
  tested: `tested ${index}/${turn}`,
});
