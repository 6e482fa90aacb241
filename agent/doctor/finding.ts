/** What a look at the installation found: one sentence, and what to do about it. */

export type Topic = 'config' | 'state' | 'clock' | 'agent' | 'ups' | 'mail' | 'answers' | 'endpoint' | 'reseller';

export interface Finding {
  readonly topic: Topic;
  /** `problem`: something will not work; `warning`: it works, and could be better; `ok`: looked at and good. */
  readonly level: 'ok' | 'warning' | 'problem';
  readonly says: string;
  /** What to do, wherever the level is not `ok`. */
  readonly todo?: string;
}

export const ok = (topic: Topic, says: string): Finding => ({ topic, level: 'ok', says });
export const warning = (topic: Topic, says: string, todo: string): Finding => ({ topic, level: 'warning', says, todo });
export const problem = (topic: Topic, says: string, todo: string): Finding => ({ topic, level: 'problem', says, todo });
