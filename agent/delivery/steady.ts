/** What servers add to a refusal that is different each time: without it the same refusal stays the same message. */
const passing: readonly RegExp[] = [
  // Host, time and number, at the end: Exchange Online `[AM0PR0….prod.outlook.com 2024-05-01T08:00:00.000Z 08DC…]`, Dovecot `[mx:2024-05-01 08:00:00]`.
  / \[[^\]]*\d{4}-\d\d-\d\d[T ]\d\d:[^\]]*\]$/,
  // Gmail: `… 5b1f17b1804b1-42c… - gsmtp`.
  / \S+ - gsmtp$/,
  // Microsoft Entra, as the last lines of a description.
  /\s*\b(Trace ID|Correlation ID|Timestamp):.*$/s,
];

/** The words that say why, without what is new each time. */
export function steady(words: string): string {
  return passing.reduce((left, pattern) => left.replace(pattern, ''), words);
}
