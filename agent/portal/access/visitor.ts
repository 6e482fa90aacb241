/** Who asks. */
export interface Visitor {
  /** Names them among all others: form tokens and messages are made for it. */
  readonly principal: string;
  /** As the proxy named them. */
  readonly name?: string;
  /** They came in by the password, so they can leave. */
  readonly session?: true;
}
