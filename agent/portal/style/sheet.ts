/** The style sheet, under a name that changes with it. */
import { createHash } from 'node:crypto';
import { base } from './base.ts';

export const sheet = [base].join('\n');
export const stylePath = `/style/${createHash('sha256').update(sheet).digest('hex').slice(0, 16)}.css`;
