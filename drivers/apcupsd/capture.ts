/** How an apcupsd is captured: the keys of its status, as apcaccess prints them. */
import type { CaptureForm } from '../contract.ts';
import type { ApcupsdOptions } from './options.ts';

/** Keys whose values say nothing of who owns the UPS. All others are masked: HOSTNAME, UPSNAME, MASTER … */
const harmless: ReadonlySet<string> = new Set(
  [
    'APC DATE VERSION CABLE DRIVER UPSMODE STARTTIME MODEL APCMODEL STATUS STATFLAG FIRMWARE END_APC',
    'LINEV LOADPCT LOADAPNT BCHARGE TIMELEFT MBATTCHG MINTIMEL MAXTIME MAXLINEV MINLINEV OUTPUTV OUTCURNT SENSE DWAKE',
    'DSHUTD LOTRANS HITRANS RETPCT ITEMP AMBTEMP HUMIDITY ALARMDEL BATTV LINEFREQ LASTXFER NUMXFERS XONBATT TONBATT',
    'CUMONBATT XOFFBATT SELFTEST LASTSTEST STESTI DIPSW REG1 REG2 REG3 MANDATE BATTDATE NOMOUTV NOMINV NOMBATTV',
    'NOMPOWER NOMAPNT EXTBATTS BADBATTS',
  ].flatMap((line) => line.split(' ').map((key) => key.replace('_', ' '))),
);

export const apcupsdCapture: CaptureForm<ApcupsdOptions> = {
  file: 'answers.status',
  write: (answers, mask) => ({
    lines: answers.map(({ key, value }) => {
      const text = String(value);
      const shown = key === 'SERIALNO' ? mask.serial(text) : harmless.has(key) ? mask.known(text) : mask.unknown(text);
      return `${key.padEnd(9)}: ${shown}`;
    }),
  }),
};
