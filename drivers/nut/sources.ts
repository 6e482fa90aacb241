/** What is known of NUT's own drivers: which of them invent dates, and which tell an alarm's end from silence. */

export interface Source {
  /** Dates come from USB HID, where many units hold made-up ones. */
  readonly usb?: true;
  /** Only ever reads units of the makers of Smart-UPS. */
  readonly own?: true;
  /**
   * RB of ups.status follows a register that is read anew in every pass of the driver, and a pass that fails makes
   * the data stale. Only then does a status without RB say that nothing needs replacing.
   */
  readonly tellsEnd?: true;
  /** The text of ups.alarm follows a register in the same way. */
  readonly alarms?: true;
}

const drivers: Readonly<Record<string, Source>> = {
  apc_modbus: { own: true, tellsEnd: true, alarms: true },
  apcsmart: { own: true, tellsEnd: true },
  'apcsmart-old': { own: true, tellsEnd: true },
  apcmicrolink: { own: true },
  // apcupsd takes its REPLACEBATT flag back after two days though the battery is as bad as before.
  'apcupsd-ups': { own: true },
  'usbhid-ups': { usb: true },
  newhidups: { usb: true },
  hidups: { usb: true },
};

/**
 * What `driver.name` (and, for SNMP, the MIB in `driver.version.data`) tells. A repeater (dummy-ups, clone) hides the
 * driver behind it: nothing is known then.
 */
export function sourceOf(driver: string | undefined, data: string | undefined): Source {
  if (driver === undefined) return {};
  if (driver === 'snmp-ups') return data !== undefined && /^apcc\b/.test(data) ? { tellsEnd: true } : {};
  return (Object.hasOwn(drivers, driver) ? drivers[driver] : undefined) ?? {};
}
