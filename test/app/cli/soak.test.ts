import { join } from "node:path";
import { expect, it } from "vitest";
import { soak } from "../../../bench/_soak.ts";
import { checkpoints, demo } from "./run-cli.ts";

/** The short form of `npm run bench -- soak`: another seed each time, printed when it fails. */
it("an evaluation killed at any moment goes on to the result of an unbroken one, byte for byte", async () => {
  const seed = Date.now() % 1e6;
  const result = await soak({ checkpoint: join(checkpoints, "vit-open-clip"), images: demo, kills: 8, seed });
  expect(result, `seed ${seed}`).toMatchObject({ kills: 8, partsRedone: 0 });
  expect(result.resumed).toBeGreaterThan(0);
}, 180_000);
