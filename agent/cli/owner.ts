/** Who shall own what root writes into a config folder. */
import { readFileSync } from 'node:fs';
import type { Owner } from '../../config/config.ts';

/** The user of the service, where there is one and this process is root's. */
export function agentsUser(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [, uid, gid] = /^upsteward:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}
