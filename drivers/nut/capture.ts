/** How a UPS behind upsd is captured: its variables, as upsc prints them. */
import type { CaptureForm } from '../contract.ts';
import type { NutOptions } from './options.ts';

/** Variables that say nothing of who owns the UPS, by how their names begin (RFC 9271, appendix A). */
const harmless = /^(battery|input|output|ambient|experimental|driver\.(name|version|state|flag))\b/;
const harmlessNames =
  /^(ups|device)\.(mfr|model|type|part|firmware|status|alarm|test|timer|delay|start|shutdown|load|temperature|power|realpower|efficiency|beeper|productid|vendorid|display\.language|watchdog|mode|count|uptime)\b/;

export const nutCapture: CaptureForm<NutOptions> = {
  file: 'answers.dev',
  write: (answers, mask) => {
    const refusal = answers.findLast((answer) => answer.refusal === true);
    return {
      lines: answers
        .filter((answer) => answer.refusal !== true)
        .map(({ key, value }) => `${key}: ${shown(key, String(value), mask)}`),
      ...(refusal && { behaviour: { error: String(refusal.value) } }),
    };
  },
};

function shown(name: string, text: string, mask: Parameters<typeof nutCapture.write>[1]): string {
  if (/\bserial\b/.test(name)) return mask.serial(text);
  return harmless.test(name) || harmlessNames.test(name) ? mask.known(text) : mask.unknown(text);
}
