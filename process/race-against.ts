/**
 * Races one promise after the other against the end of something; undefined when that comes first. `Promise.race` would
 * keep every result alive for as long as the end is pending: a whole pack, chunk by chunk.
 */
export function raceAgainst(end: Promise<unknown>): <Result>(promise: Promise<Result>) => Promise<Result | undefined> {
  let over = false;
  let wake: () => void = () => undefined;
  const onEnd = () => {
    over = true;
    wake();
  };
  end.then(onEnd, onEnd);
  return async (promise) => {
    const ended = new Promise<undefined>((resolve) => {
      wake = () => resolve(undefined);
      if (over) wake();
    });
    try {
      return await Promise.race([promise, ended]);
    } finally {
      wake = () => undefined;
    }
  };
}
