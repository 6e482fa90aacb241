/** The `host` of every driver that speaks over a network. */
import { isIP } from 'node:net';
import { z } from 'zod';

/** Four numbers with dots: meant as an IPv4 address, whatever they are. */
const numbersAndDots = /^[\d.]+$/;

/**
 * A host name or an IP address alone.
 * @param description what stands behind it, for the documentation
 */
export function hostKey(description: string) {
  return z
    .string()
    .min(1)
    .refine((host) => !/[\s/@]/.test(host), 'must be a host name or an IP address alone, without a scheme or a path')
    .refine((host) => !/^[^:]+:\d+$/.test(host), 'must not hold the port: write it as `port:`')
    .refine(
      (host) => !numbersAndDots.test(host) || isIP(host) === 4,
      'is no IP address: it has four numbers from 0 to 255, such as 10.0.0.5',
    )
    .describe(description);
}

/** The host of a one-off target: `[::1]` without its brackets. */
export function hostOfUrl(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}
