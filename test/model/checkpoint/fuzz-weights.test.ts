import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { makeProbeImages } from "../../../src/model/checkpoint/export-checks.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { seededRandom } from "../../seeded-random.ts";
import { usualName, type WeightName, weightFolder } from "./weight-folders.ts";

const CASES = 120;
const random = seededRandom(18);
const below = (n: number) => Math.floor(random() * n);
const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;

const ODD = [0, 1, -1, 2, 3, 7, 64, 1e9, 2 ** 31, 2 ** 53, 0.5, null, true, "gelu", "", [], {}, [64, 64], "quick_gelu"];

/** Changes or removes a value anywhere in a JSON object. */
function changeJson(text: string): string {
  const json = JSON.parse(text) as Record<string, unknown>;
  let at = json;
  for (;;) {
    const key = pick(Object.keys(at));
    const value = at[key];
    const goesDeeper = typeof value === "object" && value !== null && Object.keys(value).length > 0 && random() < 0.9;
    if (goesDeeper) {
      at = value as Record<string, unknown>;
      continue;
    }
    if (random() < 0.2) delete at[key];
    else at[key] = typeof value === "number" && random() < 0.5 ? value * pick([2, 0.5, -1]) : pick(ODD);
    return JSON.stringify(json);
  }
}

/** Changes bytes of the header or of the data, or truncates the file. */
function changeWeights(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  const header = 8 + Number(bytes.readBigUInt64LE(0));
  if (random() < 0.1) return changed.subarray(0, below(bytes.length));
  const digits = Array.from({ length: header }, (_, i) => i).filter((i) =>
    /\d/.test(String.fromCharCode(bytes[i] as number)),
  );
  for (let i = 0; i <= below(3); i++) {
    if (random() < 0.6) changed[pick(digits)] = 48 + below(10);
    else changed[below(random() < 0.5 ? header : bytes.length)] = below(256);
  }
  return changed;
}

it("a changed weight file or configuration is refused with a message, or embeds; nothing crashes", async () => {
  const faults: string[] = [];
  let [refused, embedded] = [0, 0];
  for (let i = 0; i < CASES; i++) {
    const name = pick<WeightName>(["tiny", "hf-clip", "siglip", "siglip-open-clip"]);
    const folder = weightFolder(name);
    const config = name === "hf-clip" || name === "siglip" ? "config.json" : "open_clip_config.json";
    const file = random() < 0.5 ? config : usualName(name);
    const path = join(folder, file);
    const content = readFileSync(path);
    writeFileSync(path, file === config ? changeJson(content.toString()) : changeWeights(content));
    try {
      const checkpoint = await openCheckpoint(folder);
      const image = await checkpoint.openImageEncoder({ threads: 1 });
      await image.encode(makeProbeImages(1, checkpoint.preprocessing.size), 1);
      await image.close();
      const text = await checkpoint.openTextEncoder({ threads: 1 });
      await text.encode([checkpoint.tokenizer?.encode("a cat", text.contextLength) as Int32Array]);
      await text.close();
      embedded++;
    } catch (cause) {
      if (cause instanceof InputError) refused++;
      else faults.push(`case ${i}: ${name}/${file}: ${(cause as Error).stack}`);
      if (cause instanceof InputError && /onnxruntime cannot/.test(cause.message))
        faults.push(`case ${i}: ${cause.message}`);
    }
  }
  expect(faults).toEqual([]);
  expect(refused).toBeGreaterThan(30);
  expect(embedded).toBeGreaterThan(20);
}, 120_000);
