/** A promise with its two ends in hand. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** By hand: nodes run Node 20, which has no `Promise.withResolvers`. */
export function createDeferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = unset;
  let reject: (error: unknown) => void = unset;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve: (value) => resolve(value), reject: (error) => reject(error) };
}

/** Until the promise's executor has run, which is at once. */
function unset(): void {
  throw new Error('a promise without ends');
}
