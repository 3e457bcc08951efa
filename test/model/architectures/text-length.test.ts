import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readArchitecture } from "../../../src/model/architectures/read-architecture.ts";
import { readWeights } from "../../../src/model/weights/read-weights.ts";
import { readCase } from "./cases.ts";
import { embedCase, largestDifference } from "./embed-case.ts";
import { writeSafetensors } from "./synthetic-weights.ts";

const folder = mkdtempSync(join(tmpdir(), "shiftline-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Position of a text's end, by the pooling of the case. */
const ENDS: Readonly<Record<string, (ids: readonly number[]) => number>> = {
  "variant-clip-end-of-text": (ids) => ids.indexOf(119),
  "variant-clip-highest-id": (ids) => ids.indexOf(Math.max(...ids)),
  "variant-metaclip-2": (ids) => ids.indexOf(2),
};

describe("a causal text tower", () => {
  it.each(Object.keys(ENDS))(
    "of %s returns PyTorch's embedding of each text at its length, with any padding",
    async (id) => {
      const wanted = readCase(id);
      const file = join(folder, `${id}.safetensors`);
      writeSafetensors(file, wanted.tensors, "float32");
      const config = { file: "config.json", config: wanted.huggingFace };
      const architecture = await readArchitecture(await readWeights(file), { openClip: null, huggingFace: config });
      for (const [i, ids] of wanted.texts.entries()) {
        const end = (ENDS[id] as (typeof ENDS)[string])(ids);
        if (end < 0) continue;
        for (const padding of [[], [1, 1]]) {
          const text = [...ids.slice(0, end + 1), ...padding].slice(0, ids.length);
          const found = await embedCase(architecture, { ...wanted, texts: [text] }, 1);
          expect(largestDifference(found.texts, [wanted.textEmbeddings[i] as Float32Array])).toBeLessThan(2e-6);
        }
      }
    },
  );
});
