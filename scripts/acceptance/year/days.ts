/** Calendar arithmetic of the checks, apart from the agent's own: days are numbered from the first day of the year. */

export const firstDay = '2027-01-04';
const epoch = Date.parse(`${firstDay}T00:00:00Z`);
const dayMs = 86_400_000;

/** The day with this number, `YYYY-MM-DD`. */
export function dateOf(day: number): string {
  return new Date(epoch + day * dayMs).toISOString().slice(0, 10);
}

/** The number of a day. */
export function dayNumber(date: string): number {
  return Math.round((Date.parse(`${date}T00:00:00Z`) - epoch) / dayMs);
}

/** `mm/dd/yyyy`, as cards print dates. */
export function slashed(day: number): string {
  const [year, month, date] = dateOf(day).split('-');
  return `${month}/${date}/${year}`;
}

/** Year and ISO week as in a serial number: `2216`. */
export function yearWeek(day: number): string {
  const date = new Date(epoch + day * dayMs);
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * dayMs);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / dayMs / 7) + 1;
  return `${String(year).slice(2)}${String(week).padStart(2, '0')}`;
}

/** Instants of a day at the site, whose clock is UTC+1 or, from the last Sunday of March to that of October, UTC+2. */
export function instantOf(day: number, hour: number, minute = 0): Date {
  const midnight = epoch + day * dayMs;
  const year = new Date(midnight).getUTCFullYear();
  const lastSunday = (month: number): number => {
    const end = new Date(Date.UTC(year, month + 1, 0));
    return end.getTime() - end.getUTCDay() * dayMs;
  };
  const summer = midnight >= lastSunday(2) && midnight < lastSunday(9);
  return new Date(midnight + ((hour - (summer ? 2 : 1)) * 60 + minute) * 60_000);
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
