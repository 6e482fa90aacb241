/** Virtual time for the lines in memory. */
import { vi } from 'vitest';

/** Time stands still unless `elapse` moves it. */
export function stopTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
}

/** Lets virtual time run until the promise settles. @throws Error if it waits for nothing that time could bring */
export async function elapse<T>(promise: Promise<T>): Promise<T> {
  let isOver = false;
  const settled = promise.then(
    () => {
      isOver = true;
    },
    () => {
      isOver = true;
    },
  );
  for (let idle = 0; !isOver && idle < 1000; ) {
    idle = vi.getTimerCount() === 0 ? idle + 1 : 0;
    await vi.advanceTimersToNextTimerAsync();
  }
  if (!isOver) throw new Error('the promise is never settled');
  await settled;
  return await promise;
}

/** Lets virtual time pass. */
export async function sleep(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}
