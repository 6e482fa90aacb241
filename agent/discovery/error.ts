/** A search that cannot begin as it was asked for. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';
  readonly code: 'bad-range' | 'too-large' | 'bad-request' | 'nothing-to-search';
  readonly retry = false;

  constructor(code: DiscoveryError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
