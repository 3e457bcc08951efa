import { getHeapStatistics } from "node:v8";
import sharp from "sharp";
import { expect, it } from "vitest";
import { decodeImage } from "../../../src/data/image/decode.ts";
import { createPixelCollector } from "../../../src/evaluation/embedding/pixel-collector.ts";

const MB = 1e6;
/** Number of decodes after which earlier garbage has been collected too. */
const WARM_UP = 40;

/** The maximum memory outside V8's heap while photos of 0.75 MB are decoded in sequence, in bytes above the minimum. */
async function mostFloating(decodes: number, countReleased: (bytes: number) => void): Promise<number> {
  const pixels = { width: 500, height: 500, channels: 3, background: "teal" } as const;
  const photo = await sharp({ create: pixels }).jpeg().toBuffer();
  const outside: number[] = [];
  for (let i = 0; i < decodes; i++) {
    countReleased((await decodeImage(photo)).data.length);
    if (i >= WARM_UP) outside.push(getHeapStatistics().external_memory);
  }
  return Math.max(...outside) - Math.min(...outside);
}

it("frees decoded pixels when 8 MB of them are unreferenced, long before V8 would", async () => {
  const bound = 12 * MB; // one photo is still in use when the collection runs
  expect(await mostFloating(120, () => {})).toBeGreaterThan(bound);
  expect(await mostFloating(120, createPixelCollector())).toBeLessThan(bound);
});
