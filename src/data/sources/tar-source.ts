import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { isSettled, stateWithinRun } from "../../foundation/files/file-identity.ts";
import { NOTHING_ASIDE } from "./aside.ts";
import { type ByteSource, readFileStart } from "./byte-source.ts";
import { createFilePool, type FilePool } from "./file-pool.ts";
import { type ContainerPlace, fileOf, type ImageEntry, imageIdentity } from "./image-entry.ts";
import type { ImageBytes, LabelOrigin, SourceFormat, SourceListing } from "./image-source.ts";
import { listWebDataset } from "./web-dataset.ts";

/** Images in tars, each with its label beside it: a WebDataset. They are read in place. */
export const tarFormat: SourceFormat = {
  name: "tar",
  open: (root) => {
    const pool = createFilePool();
    return {
      list: async (origin, { cacheFolder }) =>
        origin.from === "sample" ? listSamples(root, origin, cacheFolder) : null,
      read: (image) => readMember(fileOf(root, image), image, pool),
      readHead: (image, into) => {
        const part = into.subarray(0, Math.min(into.length, image.bytes));
        return readFileStart(fileOf(root, image), placeOf(image).position, part);
      },
      close: () => pool.close(),
    };
  },
};

async function listSamples(
  root: string,
  { classes, labels }: LabelOrigin & { readonly from: "sample" },
  cacheFolder: string | undefined,
): Promise<SourceListing | null> {
  const set = await listWebDataset(root, { classes, cacheFolder });
  if (set === null) return null;
  const reader = await labels(set.classNames ?? undefined);
  const entries = function* (): Iterable<ImageEntry> {
    for (const { tar, member, offset, bytes, label } of set.images) {
      const state = set.states.get(tar) as string;
      const path = `${tar}/${member}`;
      const row = reader.rowOf(label, join(root, path));
      yield { path, bytes, label: row, container: { file: tar, position: offset, state } };
    }
  };
  const { clutter, notes } = set;
  const warnings = [...set.warnings, ...reader.warnings];
  return { images: entries(), aside: { ...NOTHING_ASIDE, clutter, notes, warnings }, folders: [], unknownFolders: [] };
}

/** Reads an image's bytes, with the state that the tar was in before they were read. */
async function readMember(path: string, image: ImageEntry, pool: FilePool): Promise<ImageBytes> {
  const now = Date.now();
  const { position, state } = placeOf(image);
  const { bytes, stats } = await pool.use(path, async (tar) => {
    const stats = await tar.stats();
    return { bytes: await readWhole(path, tar, position, image.bytes), stats };
  });
  if (state !== undefined && stateWithinRun(path, stats) !== state) {
    throw new InputError(`${path}: changed during the run, after its members were listed`);
  }
  return { bytes, identity: isSettled(stats, now) ? imageIdentity(image, stats) : "" };
}

async function readWhole(path: string, tar: ByteSource, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(await tar.slice(position, position + length));
  if (bytes.length === length) return bytes;
  throw new InputError(
    `${path}: ends before byte ${position + length}; was it changed since its members were listed? run again`,
  );
}

function placeOf({ path, container }: ImageEntry): ContainerPlace {
  if (container === undefined) throw new Error(`${path}: listed without the tar that holds it`);
  return container;
}
