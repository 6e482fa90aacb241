/** When the agent's process is killed. */

export interface Kill {
  /** At some time of an order, when the server has just got a mail (and not yet said so), or right after that. */
  readonly mode: 'some-time' | 'at-the-mail' | 'after-the-mail';
  /** From 0 to a little over 1: how far into it. */
  readonly at: number;
}

export interface KillPlan {
  readonly count: number;
  readonly days: number;
  readonly isOff: (day: number) => boolean;
  /** Days on which a mail is expected. */
  readonly mailDays: ReadonlySet<number>;
  readonly random: () => number;
}

const hours = [6, 8] as const;
const modes: readonly Kill['mode'][] = ['at-the-mail', 'after-the-mail', 'some-time'];

/** Kills by `day/hour`: half of them around a mail, the others anywhere. */
export function planKills({ count, days, isOff, mailDays, random }: KillPlan): Map<string, Kill> {
  const kills = new Map<string, Kill>();
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const withMail = [...mailDays].filter((day) => !isOff(day));
  const most = Math.min(count, Math.floor(days / 2));
  for (let tries = 0; kills.size < most && tries < 100 * count; tries += 1) {
    const aroundMail = withMail.length > 0 && random() < 0.5;
    const day = aroundMail ? pick(withMail) : Math.floor(random() * days);
    if (isOff(day)) continue;
    const key = `${day}/${aroundMail ? 8 : pick(hours)}`;
    kills.set(key, { mode: aroundMail ? pick(modes) : 'some-time', at: random() * 1.1 });
  }
  return kills;
}
