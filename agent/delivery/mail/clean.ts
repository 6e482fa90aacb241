/**
 * What a value from a device, a config file or a far side may do to a mail: nothing. Values become one line of visible
 * text before they meet a sentence.
 */

/** Lone surrogates, bidirectional controls and whatever else makes text read differently from what it is. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Surrogate}\p{Noncharacter_Code_Point}\ufff9-\ufffd]/gu;
const breaks = /[\p{Control}\p{Line_Separator}\p{Paragraph_Separator}\s]+/gu;

/** One line of visible text of at most `max` characters; longer text ends in an ellipsis. */
export function clean(text: string, max = 200): string {
  const line = text
    .slice(0, max * 8)
    .replace(breaks, ' ')
    .replace(invisible, '')
    .replace(/ {2,}/g, ' ')
    .trim();
  const characters = Array.from(line);
  if (characters.length <= max) return line;
  const kept = characters.slice(0, max - 1).join('');
  return `${kept.trimEnd()}…`;
}
