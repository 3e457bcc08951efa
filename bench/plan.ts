/**
 * Plans a large sweep from the rates that `peers --write` measured: units, hours, bytes, and the components of the time.
 *
 *   npm run bench -- plan [--checkpoints 1000] [--nodes 256]
 */
import { parseArgs } from "node:util";
import { readPlanned } from "./_benchmarks-md.ts";
import { planText } from "./_plan-table.ts";

const { values } = parseArgs({
  options: { checkpoints: { type: "string", default: "1000" }, nodes: { type: "string", default: "256" } },
});
const [checkpoints, nodes] = [Number(values.checkpoints), Number(values.nodes)];
if (!(Number.isSafeInteger(checkpoints) && checkpoints > 0 && Number.isSafeInteger(nodes) && nodes > 0)) {
  throw new Error("--checkpoints and --nodes: expected positive integers");
}
const measured = readPlanned();
if (measured.length === 0) throw new Error("bench/measured has no ViT: run `npm run bench -- peers vit-b-32 --write`");
console.log(planText(measured, { checkpoints, nodes }));
