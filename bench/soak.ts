/**
 * Kills `evaluate` at random moments, resumes it and compares the results with those of an uninterrupted run, byte for byte.
 *
 *   npm run bench -- soak [KILLS] [SEED]
 *
 * It uses the committed fixture checkpoint and images; ends with status 1 at the first difference, or if a complete part is
 * computed again.
 */
import { join } from "node:path";
import { soak } from "./_soak.ts";

const [kills = "100", seed = String(Date.now() % 1e6)] = process.argv.slice(2);
const fixtures = join("test", "fixtures");
const result = await soak({
  checkpoint: join(fixtures, "checkpoints", "vit-open-clip"),
  images: join(fixtures, "demo", "imagenet", "val"),
  kills: Number(kills),
  seed: Number(seed),
  log: console.log,
});
console.log(`seed ${seed}: ${JSON.stringify(result)}`);
if (result.partsRedone > 0) process.exitCode = 1;
