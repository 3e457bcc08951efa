import { dirname, join } from "node:path";
import { readText } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import type { Benchmark, Protocol } from "./benchmark.ts";
import { classKeys } from "./class-list.ts";
import type { ClassSpace } from "./class-space.ts";

/**
 * SHA-256 of the parts of a definition that can change a score: `protocol` (the competing classes, those that are right
 * for each class, pre-crop, number of images), and for each layout, which name or number belongs to which class. They
 * do not depend on a title, a license or another layout.
 */
export type DefinitionHashes = Readonly<Record<string, string>>;

/** Hashes a definition. @throws InputError if a file of labels cannot be read */
export async function hashDefinition(
  benchmark: Benchmark,
  protocol: Protocol,
  space: ClassSpace,
): Promise<DefinitionHashes> {
  const rows = space.rows.map((members) => [...members]);
  const content = { rows, accepted: space.accepted, preCrop: protocol.preCrop, images: protocol.images };
  const labels = labelHashes.get(benchmark) ?? hashLabels(benchmark);
  labelHashes.set(benchmark, labels);
  return { protocol: sha256(JSON.stringify(content)), ...(await labels) };
}

/** Cached: the hashes are the same for every protocol, and some take 50,000 lines. */
const labelHashes = new WeakMap<Benchmark, Promise<DefinitionHashes>>();

/** Returns for each layout which name or number belongs to which class. */
async function hashLabels({ classes, layouts, path }: Benchmark): Promise<DefinitionHashes> {
  const parts = new Map<string, string>();
  for (const layout of layouts) {
    if (layout.kind === "flat") {
      const labels = await readText(join(dirname(path), layout.labels));
      parts.set(`flat ${layout.labels}`, labels.replaceAll("\r\n", "\n").trim());
    } else if ("key" in layout && layout.key !== undefined) {
      parts.set(`${layout.kind} ${layout.key}`, JSON.stringify(classKeys(classes, layout.key, path)));
    }
  }
  return Object.fromEntries([...parts].map(([part, text]) => [part, sha256(text)]));
}

/** Returns the parts that both have and that differ; a part that only one has gives no information. */
export function differingParts(a: DefinitionHashes, b: DefinitionHashes): string[] {
  return Object.keys(a).filter((part) => Object.hasOwn(b, part) && a[part] !== b[part]);
}
