import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** One folder of the store: the image embeddings of a checkpoint and a manifest, or a checkpoint's text embeddings. */
export interface StoreEntry {
  readonly folder: string;
  readonly kind: "images" | "text";
  readonly checkpoint: string;
  readonly benchmark: string;
  /** images the manifest has; 0 for text */
  readonly images: number;
  readonly bytes: number;
}

/** What a store holds, ordered by folder; empty where there is no store. Deleting an entry's folder frees its space. */
export async function listStore(root: string): Promise<StoreEntry[]> {
  const entries: StoreEntry[] = [];
  for (const kind of ["images", "text"] as const) {
    const names = await readdir(join(root, kind)).catch(() => [] as string[]);
    for (const name of names.sort()) {
      const folder = join(root, kind, name);
      const about = kind === "images" ? await readAbout(folder) : { checkpoint: "", benchmark: "", images: 0 };
      entries.push({ folder, kind, ...about, bytes: await folderBytes(folder) });
    }
  }
  return entries;
}

async function readAbout(folder: string): Promise<{ checkpoint: string; benchmark: string; images: number }> {
  try {
    const about = JSON.parse(await readFile(join(folder, "store.json"), "utf8")) as Record<string, unknown>;
    return { checkpoint: String(about.checkpoint), benchmark: String(about.benchmark), images: Number(about.images) };
  } catch {
    return { checkpoint: "unknown", benchmark: "unknown", images: 0 };
  }
}

async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (info) => info.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
