/**
 * npm run wasm: assembles src/data/image/resample.wat into src/data/image/resample-wasm.ts, which is committed, so that neither
 * the build nor users need an assembler.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import wabt from "wabt";

const SOURCE = new URL("../src/data/image/resample.wat", import.meta.url);
const RESULT = new URL("../src/data/image/resample-wasm.ts", import.meta.url);

/** Generates the text of resample-wasm.ts from resample.wat. */
export async function assemble(): Promise<string> {
  const module = (await wabt()).parseWat("resample.wat", readFileSync(SOURCE, "utf8"), { simd: true });
  const { buffer } = module.toBinary({});
  module.destroy();
  const base64 = Buffer.from(buffer).toString("base64");
  return `// generated from resample.wat by npm run wasm; do not edit\n\n/** A WebAssembly module, base64. */\nexport const RESAMPLE_WASM =\n  "${base64}";\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(RESULT, await assemble());
