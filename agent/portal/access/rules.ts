/** From the config to who may do what: pure, made anew with each config. */
import { BlockList, isIP } from 'node:net';
import { isLoopback, type PortalConfig } from '../../../config/config.ts';

export interface AccessRules {
  /** `open`: this machine alone, without a login. `known`: by the password or by the proxy's word. */
  readonly mode: 'open' | 'known';
  readonly passwordHash: string | undefined;
  readonly userHeader: string | undefined;
  readonly publicHost: string | undefined;
  /** Whether the address is that of the proxy. */
  readonly isProxy: (address: string) => boolean;
  /** Whether a page may be called by this name: others are foreign sites that were led here (DNS rebinding). */
  readonly isOwnHost: (host: string) => boolean;
}

export function accessRules(config: PortalConfig): AccessRules {
  const { trustedProxy, passwordHash, publicUrl, hosts } = config;
  const userHeader = trustedProxy?.userHeader;
  const publicHost = publicUrl === undefined ? undefined : new URL(publicUrl).host;
  const names = new Set(hosts);
  if (publicUrl !== undefined) names.add(new URL(publicUrl).hostname);
  const proxies = blockList(trustedProxy?.addresses ?? []);
  return {
    mode: passwordHash === undefined && userHeader === undefined ? 'open' : 'known',
    passwordHash: passwordHash?.reveal(),
    userHeader,
    publicHost,
    isProxy: (address) => contains(proxies, plainAddress(address)),
    isOwnHost: (host) => {
      const name = hostName(host);
      return isLoopback(name) || isIP(name) !== 0 || names.has(name);
    },
  };
}

/** `EXAMPLE.com:8080` → `example.com`, `[::1]:80` → `::1`. */
export function hostName(host: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host.trim().toLowerCase()) ?? [];
  return bracketed ?? plain?.replace(/\.$/, '') ?? '';
}

/** An IPv4 address that came over an IPv6 socket is the same address. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
