/**
 * Damages stores and evaluates from them: the results must equal those of a new store byte for byte, or a message reports the
 * fault.
 *
 *   npm run bench -- fuzz-stores [COUNT] [SEED]
 *
 * Fails at the first different result, defect or hang.
 */
import { fuzzStores } from "./_fuzz-stores.ts";

const [count = "2000", seed = "1"] = process.argv.slice(2);
const messages = new Map<string, number>();
const result = await fuzzStores(Number(count), Number(seed), (text) => {
  const message = text
    .replace(/^.*?; \S+: /, "")
    .replace(/[0-9a-f]{8,}/g, "…")
    .slice(0, 160);
  messages.set(message, (messages.get(message) ?? 0) + 1);
});
for (const [message, times] of [...messages].sort((a, b) => b[1] - a[1]).slice(0, 20))
  console.log(`${times}  ${message}`);
console.log(`seed ${seed}: ${JSON.stringify(result)}`);
