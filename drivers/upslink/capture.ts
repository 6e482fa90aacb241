/** How a UPS on a serial line is captured: what it answers to each character. */
import type { CaptureForm } from '../contract.ts';
import type { UpslinkOptions } from './options.ts';
import { queries } from './protocol.ts';

/** What a person may have written into the UPS, beside its serial number. All other answers are the maker's. */
const written: ReadonlySet<string> = new Set([queries.installed.sends]);

export const upslinkCapture: CaptureForm<UpslinkOptions> = {
  file: 'answers.upslink',
  write: (answers, mask, { cable }) => ({
    lines: answers.map(({ key, value }) => {
      const text = String(value);
      const masked = written.has(key) ? mask.unknown(text) : mask.known(text);
      const shown = key === queries.serial.sends ? mask.serial(text) : masked;
      return `${key === '\x01' ? '^A' : key} ${shown}`;
    }),
    ...(cable !== 'smart' && { options: { cable } }),
  }),
};
