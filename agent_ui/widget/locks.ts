// One tab at a time: so that each message goes out once and two new tabs do not become two visitors.

const PATIENCE_MS = 15_000;

/** Runs `work` while no other tab runs work of that name. A tab that the browser put to sleep is not waited for longer than 15 s,
    and where the page has no locks (plain http) it runs at once: the hub still takes each message id once. */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (!globalThis.navigator?.locks) return inTurn(name, work);
  let started = false;
  try {
    return (await navigator.locks.request(name, { signal: AbortSignal.timeout(PATIENCE_MS) }, () => {
      started = true;
      return work();
    })) as T;
  } catch (error) {
    if (started) throw error;
    return work();
  }
}

const turns = new Map<string, Promise<unknown>>();

function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(name) ?? Promise.resolve()).then(work, work);
  turns.set(name, turn);
  return turn;
}
