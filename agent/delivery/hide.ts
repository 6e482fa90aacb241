/** Takes secrets out of a text, plain and in the base64 in which SMTP and IMAP carry them. */
export function hide(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, Buffer.from(secret, 'utf8').toString('base64')])
    .reduce((shown, secret) => shown.replaceAll(secret, '<secret>'), text);
}
