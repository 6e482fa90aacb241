/** Changes the reseller in the config file, and does what follows from it. */
import { type ResellerEdit, setReseller } from '../../../config/config.ts';
import type { PortalDesk } from '../desk.ts';

/** True if that changed the file. @throws ConfigEditError, ConfigError */
export async function changeReseller(desk: PortalDesk, wanted: ResellerEdit): Promise<boolean> {
  const changed = await setReseller(desk.configFile.path, wanted);
  if (!changed) return false;
  await desk.configFile.reload();
  await desk.live.followed();
  return true;
}
