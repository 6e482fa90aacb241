/** What the operator most likely meant. */

/** Steps from one word to the other, where a step adds, drops or changes a character or swaps two neighbours. */
export function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      let best = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        best = Math.min(best, (before[column - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    before = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
}

/** The one of `known` that is near enough to `written` to be meant, whatever the case and the punctuation. */
export function suggestion(written: string, known: Iterable<string>): string | undefined {
  const plain = simplify(written.slice(0, 100));
  let best: { word: string; distance: number } | undefined;
  for (const word of known) {
    const other = simplify(word);
    let distance = editDistance(plain, other);
    const within = plain.length >= 3 && other.length >= 3 && (plain.startsWith(other) || other.startsWith(plain));
    if (within) distance = Math.min(distance, 1.5);
    const allowed = other.length <= 3 ? 1 : Math.max(1.5, Math.floor(Math.max(plain.length, other.length) / 3));
    if (distance <= allowed && (best === undefined || distance < best.distance)) best = { word, distance };
  }
  return best?.word;
}

function simplify(word: string): string {
  return word.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}
