/** Where the store says what an operator should know. A pino logger is one. */
export interface StoreLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
