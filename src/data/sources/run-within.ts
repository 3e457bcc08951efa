import { createContext, Script } from "node:vm";

const WORK = new Script("work()");
const sandbox: { work: () => void } = { work: () => {} };
const CONTEXT = createContext(sandbox);

/**
 * Does work that a library might never end on damaged data: fzstd decodes some for ever. It does not wait for anything.
 *
 * @param milliseconds  it is ended after this time
 * @throws Error where it is, else what the work throws
 */
export function runWithin(milliseconds: number, work: () => void): void {
  sandbox.work = work;
  WORK.runInContext(CONTEXT, { timeout: Math.ceil(milliseconds) });
}
