/** Sentences for a person, where hundreds of addresses may have the same trouble. */

const mostSentences = 50;

export class Remarks {
  readonly #sentences = new Map<string, { readonly sentence: string; count: number }>();

  /** @param about what the sentence speaks of: sentences that differ in it alone are one */
  add(sentence: string, about = ''): void {
    const key = about === '' ? sentence : sentence.replaceAll(about, '…');
    const same = this.#sentences.get(key);
    if (same === undefined) this.#sentences.set(key, { sentence, count: 1 });
    else same.count += 1;
  }

  sentences(): readonly string[] {
    const all = [...this.#sentences.values()];
    const told = all.slice(0, mostSentences).map(({ sentence, count }) => {
      return count === 1 ? sentence : `${sentence} (and the same for ${count - 1} more)`;
    });
    return all.length > mostSentences ? [...told, `And ${all.length - mostSentences} other remarks.`] : told;
  }
}
