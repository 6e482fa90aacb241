/** The site of the bench: each unit has an address, a serial number and a replace-by date of its own. */

/** Addresses in 127.0.0.0/8, which need no set-up. */
export const hostOf = (index: number): string => `127.30.${Math.floor(index / 200)}.${(index % 200) + 1}`;

export const serialOf = (index: number): string => `AS22160${String(index).padStart(5, '0')}`;

/** The bench's today. */
export const today = '2027-01-04';

/** `mm/dd/yyyy`: spread evenly over the four years from today on. */
export function replaceByOf(index: number): string {
  const date = new Date(Date.parse(`${today}T00:00:00Z`) + ((index * 7) % 1460) * 86_400_000).toISOString();
  return `${date.slice(5, 7)}/${date.slice(8, 10)}/${date.slice(0, 4)}`;
}
