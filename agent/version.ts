/** The version of this program; package.json says the same. */
export const version = '0.1.0';

/** No clock can be right that shows an earlier instant. Moved forward with each release. */
export const builtAt = '2026-11-01T00:00:00Z';
