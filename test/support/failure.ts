/**
 * The error of its kind that a piece of work ends with. Work that succeeds, or ends otherwise, fails the test.
 */
export async function failureOf<E extends Error>(
  kind: abstract new (...args: never[]) => E,
  work: Promise<unknown>,
): Promise<E> {
  const error: unknown = await work.then(
    (done) => new Error(`${kind.name} was expected, and this came: ${JSON.stringify(done)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof kind)) throw error;
  return error;
}
