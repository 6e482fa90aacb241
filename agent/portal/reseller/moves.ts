/** Steps of the relation that the customer takes: what each is called, and what holds once it was taken. */
import type { ConnectionState } from '../../lifecycle/connection.ts';
import type { Moved } from '../../operations/reseller.ts';
import type { PortalDesk } from '../desk.ts';

export const moves = {
  invite: ['pending'],
  cancel: ['cancelled'],
  disconnect: ['disconnected'],
  accept: ['confirmed'],
  decline: ['declined', 'opted-out'],
} as const satisfies Readonly<Record<string, readonly ConnectionState[]>>;
export type MoveName = keyof typeof moves;

export interface MoveMade extends Moved {
  /** What was asked for holds now, be it by this or since before. */
  readonly holds: boolean;
}

/** Takes a step, as the command line does. @throws OperationError */
export async function makeMove(
  desk: PortalDesk,
  name: MoveName,
  args: Readonly<Record<string, unknown>> = {},
): Promise<MoveMade> {
  const moved = (await desk.run(`reseller ${name}`, args)) as Moved;
  return { ...moved, holds: moves[name].some((state) => state === moved.state) };
}
