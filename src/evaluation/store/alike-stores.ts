import { join } from "node:path";
import { z } from "zod";
import { collectImages } from "../../data/sources/image-list.ts";
import { InputError } from "../../foundation/errors.ts";
import { readFolderIfThere } from "../../foundation/files/if-there.ts";
import { readJson } from "../../foundation/files/read-text.ts";
import { type EmbeddedImages, embeddingKey, openPartStore, type PartStore } from "./part-store.ts";

/** Embeddings by the same checkpoint for another list of a benchmark's images: in another container, or a subset. */
export interface AlikeStore {
  readonly store: PartStore;
  /** lengths of its images in bytes; null if some are unknown */
  readonly sizes: ReadonlySet<number> | null;
}

const layoutSchema = z.object({
  key: z.string(),
  part_size: z.int().min(1),
  benchmark: z.string(),
  fingerprint: z.string(),
});

const listSchema = z.object({ sha256: z.string(), images: z.array(z.tuple([z.string(), z.number()])) });

/** Finds stores that differ only in their list of images. Each store's description is read once. */
export interface StoreFinder {
  /**
   * Opens the stores of a benchmark's images that differ from a new one only in the list of images: their embeddings of
   * images with the same content are equal. Unreadable stores are skipped.
   */
  find(embedded: EmbeddedImages): Promise<AlikeStore[]>;
}

/** @param storeRoot `.shiftline/store` or the folder of `--store` */
export function createStoreFinder(storeRoot: string): StoreFinder {
  const root = join(storeRoot, "images");
  let layouts: Promise<StoreLayout[]> | undefined;
  return {
    find: async (embedded) => {
      const { checkpoint, manifest } = embedded;
      const key = embeddingKey(embedded);
      layouts ??= readLayouts(root);
      const alike: AlikeStore[] = [];
      for (const layout of await layouts) {
        if (layout.key === key || layout.fingerprint !== checkpoint.fingerprint) continue;
        if (layout.benchmark !== manifest.benchmark) continue;
        const list = listSchema.safeParse(await readIfWhole(join(root, layout.name, "manifest.json"))).data;
        if (list === undefined) continue;
        const images = collectImages(list.images.map(([path, bytes]) => ({ path, bytes, label: 0 })));
        const listed = { ...embedded, manifest: { ...manifest, sha256: list.sha256, images } };
        // The key also covers preprocessing, pre-crop and runtime, so a different key means that one of them differs
        if (embeddingKey(listed) !== layout.key) continue;
        const store = await openPartStore(storeRoot, listed, layout.part_size);
        const sizes = new Set(list.images.map(([, bytes]) => bytes));
        alike.push({ store, sizes: sizes.has(0) ? null : sizes });
      }
      return alike;
    },
  };
}

type StoreLayout = z.infer<typeof layoutSchema> & { readonly name: string };

async function readLayouts(root: string): Promise<StoreLayout[]> {
  const layouts: StoreLayout[] = [];
  const entries = (await readFolderIfThere(root)) ?? [];
  for (const name of entries.map((entry) => entry.name).sort()) {
    const layout = layoutSchema.safeParse(await readIfWhole(join(root, name, "store.json"))).data;
    if (layout !== undefined) layouts.push({ ...layout, name });
  }
  return layouts;
}

async function readIfWhole(path: string): Promise<unknown> {
  try {
    return await readJson(path);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
