import { join } from "node:path";
import { expect, it } from "vitest";
import { soak } from "../../../bench/_soak.ts";
import { checkpoints, demo } from "./run-cli.ts";

/** The short form of `npm run bench -- soak`. The machine's speed varies the moments of the kills enough. */
it("an evaluation killed at any moment resumes and gives the result of an uninterrupted one, byte for byte", async () => {
  const result = await soak({ checkpoint: join(checkpoints, "vit-open-clip"), images: demo, kills: 5, seed: 17 });
  expect(result).toMatchObject({ kills: 5, partsRedone: 0 });
  expect(result.resumed).toBeGreaterThan(0);
}, 180_000);
