/** One simulated Smart-UPS on a port of this machine (0: a free one), until it is ended: `simulated-ups.ts 1161 COMMUNITY`. */
import { startSimulator } from '../simulator/simulator.ts';
import { smartUps } from '../simulator/units.ts';

const [, , port = '1161', community = 'public'] = process.argv;
const values = smartUps({ serial: 'AS2616000001', installed: '05/04/2026', manufactured: '04/18/2026', replaceBy: '' });
const simulator = await startSimulator({ port: Number(port), units: [{ name: 'ups', community, values }] });
console.log(`a simulated UPS listens on port ${simulator.port}`);
