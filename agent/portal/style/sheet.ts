/** The style sheet, under a name that changes with it. */
import { createHash } from 'node:crypto';
import { base } from './base.ts';
import { data } from './data.ts';
import { layout } from './layout.ts';
import { parts } from './parts.ts';
import { print } from './print.ts';

export const sheet = [base, layout, parts, data, print].join('\n');
export const stylePath = `/style/${createHash('sha256').update(sheet).digest('hex').slice(0, 16)}.css`;
