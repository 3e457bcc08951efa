import { createContext, Script } from "node:vm";

const WORK = new Script("work()");
const sandbox: { work: () => void } = { work: () => {} };
const CONTEXT = createContext(sandbox);

/**
 * Runs synchronous work that a library might never end on damaged data: fzstd decodes some data forever.
 *
 * @param milliseconds  time limit
 * @throws Error when the time is over, else the error of the work
 */
export function runWithin(milliseconds: number, work: () => void): void {
  sandbox.work = work;
  WORK.runInContext(CONTEXT, { timeout: Math.ceil(milliseconds) });
}
