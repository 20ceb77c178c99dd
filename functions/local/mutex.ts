/** Runs pieces of work one after the other, in the order in which they were asked for. */
export function makeMutex(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    // The next one starts whatever became of this one; its own caller learns of a failure.
    last = mine.catch(() => undefined);
    return mine;
  };
}
