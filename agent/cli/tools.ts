/** How the commands in this room reach the agent or its state, and answer. */
type Args = Readonly<Record<string, unknown>>;

/** Carries a command out. */
export type Ask = <T>(command: string, args: Args) => Promise<T>;

/** Carries a command out and prints its answer. */
export type Show = <T>(
  command: string,
  args: Args,
  asJson: boolean | undefined,
  print: (result: T) => string,
) => Promise<T>;

export interface CliTools {
  /** To standard output, as it is. */
  readonly write: (text: string) => void;
  readonly ask: Ask;
  readonly show: Show;
}
