/** An import points only down the house. */
import { describe, expect, it } from 'vitest';
import { importsOf, violation } from './rules.ts';
import { filesBelow, read } from './tree.ts';

const sources = ['agent', 'drivers', 'config'].flatMap((folder) => filesBelow(folder)).filter((p) => /\.tsx?$/.test(p));

describe('the house', () => {
  it('imports downwards only, and each library at its one edge', () => {
    expect(sources.length).toBeGreaterThan(80);
    const imports = sources.flatMap((file) => importsOf(file, read(file)));
    expect(imports.length).toBeGreaterThan(250);
    expect(imports.flatMap((each) => violation(each) ?? [])).toEqual([]);
  });

  it('hides no import from this test', () => {
    for (const file of sources) {
      const words = read(file).match(/^(?:import|export)\b[^;]*?\bfrom\s+['"]|\bimport\(|^import\s+['"]|\brequire\(/gm);
      expect(importsOf(file, read(file)), file).toHaveLength(words?.length ?? 0);
    }
  });
});

const bad = [
  ['agent/delivery/outbox.ts', "import { Poller } from '../polling/poller.ts';"],
  ['agent/delivery/outbox.ts', "import { type Reading } from '../../drivers/contract.ts';"],
  ['agent/polling/poller.ts', "import type { Unit } from '../lifecycle/unit.ts';"],
  ['agent/store/records.ts', "import { Outbox } from '../delivery/outbox.ts';"],
  ['agent/lifecycle/events.ts', "import { readFile } from 'node:fs/promises';"],
  ['agent/lifecycle/events.ts', "import { DriverError, signalKeys } from '../../drivers/contract.ts';"],
  ['agent/lifecycle/events.ts', "import { keys } from '../store/keys.ts';"],
  ['agent/operations/daily.ts', "import { loadConfig } from '../../config/config.ts';"],
  ['agent/operations/daily.ts', "import { Temporal } from 'temporal-polyfill';"],
  ['agent/commands.ts', "import { Agent } from './agent.ts';"],
  ['agent/commands.ts', "import type { Config } from '../config/config.ts';"],
  ['agent/control/server.ts', "import {\n  a,\n  Office,\n} from '../office.ts';"],
  ['agent/newroom/x.ts', "import { a } from '../store/port.ts';"],
  ['drivers/snmp/driver.ts', "export { a } from '../modbus/driver.ts';"],
  ['drivers/snmp/driver.ts', "const a = await import('../../agent/version.ts');"],
  ['drivers/snmp/driver.ts', "import '../registry.ts';"],
  ['drivers/contract.ts', "import { z } from 'zod';"],
  ['drivers/snmp/driver.ts', "import { snmpWriter } from './writer.ts';"],
  ['drivers/snmp/driver.ts', "const a = await import('./writer.ts');"],
  ['drivers/registry.ts', "const a = await import('./snmp/writer.ts');"],
  ['drivers/writers.ts', "import { snmpWriter } from './snmp/writer.ts';"],
  ['agent/writing.ts', "import { loadWriter } from '../drivers/writers.ts';"],
  ['agent/commands.ts', "const a = await import('../drivers/writers.ts');"],
  ['agent/cli/session.ts', "import { loadWriter } from '../../drivers/writers.ts';"],
  ['config/load.ts', "import { snmpOptions } from '../drivers/snmp/options.ts';"],
  ['config/load.ts', "import { isDay } from '../agent/lifecycle/days.ts';"],
  ['agent/delivery/cloud/endpoint.ts', "import nodemailer from 'nodemailer';"],
  ['agent/store/document.ts', "import pad from 'left-pad';"],
] as const;

describe('the rule', () => {
  it.each(bad)('refuses in %s: %s', (file, text) => {
    const found = importsOf(file, text).flatMap((each) => violation(each) ?? []);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${file}:1: `));
  });

  it('lets good lines pass', () => {
    const good = [
      ['agent/lifecycle/events.ts', "import { type Reading, signalKeys } from '../../drivers/contract.ts';"],
      ['agent/delivery/outbox.ts', "import type { Store } from '../store/port.ts';"],
      ['agent/delivery/mail/smtp.ts', "import SMTPConnection from 'nodemailer/lib/smtp-connection';"],
      ['drivers/registry.ts', "load: async () => (await import('./snmp/driver.ts')).snmpDriver"],
      ['drivers/contract.ts', "import type { ZodType } from 'zod';"],
      ['drivers/writers.ts', "load: async () => (await import('./snmp/writer.ts')).snmpWriter"],
      ['agent/writing.ts', "const { loadWriter } = await import('../drivers/writers.ts');"],
    ] as const;
    for (const [file, text] of good) {
      const found = importsOf(file, text);
      expect(found, text).toHaveLength(1);
      expect(found.flatMap((each) => violation(each) ?? [])).toEqual([]);
    }
  });
});
