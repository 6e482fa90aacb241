import type { Language } from '../content.ts';
import type { Texts } from './catalogue.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { pt } from './pt.ts';
import { ru } from './ru.ts';

export const texts: { readonly [L in Language]: Texts } = { en, fr, de, it, pt, ru, es };
