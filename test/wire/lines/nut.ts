/** The ways over NUT: as it is, and with TLS. */
import { readFileSync } from 'node:fs';
import { startUpsd } from '../../../scripts/simulator/nut.ts';
import { type Fault, serial, type Watched } from '../line.ts';
import { nut, nutOperation } from '../operations.ts';
import { tcpTap } from '../taps.ts';

const tlsFile = (name: string): Buffer => readFileSync(new URL(`../../support/tls/${name}`, import.meta.url));

const nutOver = (tls: boolean): Watched => ({
  name: tls ? 'NUT with TLS' : 'NUT',
  reading: ['nut STARTTLS', 'nut USERNAME', 'nut PASSWORD', 'nut LIST UPS', 'nut LIST VAR'],
  writing: 'nut LIST RW,nut SET',
  open: async () => {
    const variables = {
      'device.mfr': 'APC',
      'device.serial': serial,
      'driver.name': 'apc_modbus',
      'battery.date': '2022-05-04',
      'battery.date.maintenance': '2037-05-04',
      'ups.status': 'OL',
    };
    const upsd = await startUpsd({
      units: { rack: variables },
      access: { user: 'steward', password: 'a secret' },
      ...(tls ? { tls: { key: tlsFile('server-key.pem'), cert: tlsFile('server.pem') } } : {}),
    });
    upsd.writable = ['battery.date'];
    upsd.writing = (_ups, _name, stored) => ({ stored });
    const tap = await tcpTap(upsd.port, nut);
    const answers = (name: string, line: string): Fault => ({
      name,
      begin: () => {
        upsd.misbehave = (_line, socket) => {
          socket.write(line);
          return 'handled';
        };
      },
      end: () => {
        upsd.misbehave = undefined;
      },
    });
    const protection = tls ? 'tls=required&verifyCertificate=false' : 'tls=opportunistic';
    return {
      section: {
        host: '127.0.0.1',
        port: tap.port,
        user: 'steward',
        password: 'a secret',
        timeout: 0.3,
        ...(tls ? { tls: 'required', verifyCertificate: false } : { tls: 'opportunistic' }),
      },
      target: `nut://steward:a%20secret@127.0.0.1:${tap.port}?timeout=0.3&${protection}`,
      place: { by: 'server', host: '127.0.0.1', port: tap.port },
      isNetwork: true,
      // What is encrypted is read where it arrives: at the simulated upsd.
      operations: tls ? () => upsd.heard.map(nutOperation) : tap.operations,
      alarm: () => upsd.units.set('rack', { ...variables, 'ups.status': 'OL RB' }),
      faults: [
        answers('silence', ''),
        answers('an error', 'ERR DATA-STALE\n'),
        answers('another error', 'ERR ACCESS-DENIED\n'),
        answers('garbage', 'HTTP/1.1 400 Bad Request\n'),
        { name: 'a hang-up', begin: () => upsd.hangUp(), end: () => {} },
        {
          name: 'an unknown UPS',
          begin: () => {
            upsd.units.clear();
            upsd.units.set('other', variables);
          },
          end: () => {
            upsd.units.clear();
            upsd.units.set('rack', variables);
          },
        },
      ],
      [Symbol.asyncDispose]: async () => {
        await tap[Symbol.asyncDispose]();
        await upsd[Symbol.asyncDispose]();
      },
    };
  },
});

export const nutLines: readonly Watched[] = [nutOver(false), nutOver(true)];
