// A format of a test's own, as a contributor would add one: `cards.bin` holds images one after the other, `cards.json` names
// them with label and size. It is copied beside the built sources, which is where its imports lead.
import { join } from "node:path";
import { readTextIfThere } from "../../foundation/files/if-there.js";
import { NOTHING_ASIDE } from "./aside.js";
import { createFilePool } from "./file-pool.js";
import { fileOf, imageIdentity } from "./image-entry.js";

export const cardsFormat = {
  name: "cards",
  open: ({ root }) => {
    const pool = createFilePool();
    const slice = async (bytes, image, length) => {
      const { position } = image.container;
      return new Uint8Array(await bytes.slice(position, position + length));
    };
    return {
      async list(origin) {
        const text = origin.from === "sample" ? await readTextIfThere(join(root, "cards.json")) : null;
        if (text === null) return null;
        const { rowOf } = await origin.labels();
        return { images: entries(JSON.parse(text), rowOf), aside: NOTHING_ASIDE, folders: [], unknownFolders: [] };
      },
      read: (image) =>
        pool.use(fileOf(root, image), async (file) => ({
          identity: imageIdentity(image, await file.stats()),
          bytes: await slice(file, image, image.bytes),
        })),
      async readHead(image, into) {
        const length = Math.min(into.length, image.bytes);
        into.set(await pool.use(fileOf(root, image), (file) => slice(file, image, length)));
        return into.subarray(0, length);
      },
      close: () => pool.close(),
    };
  },
};

function* entries(cards, rowOf) {
  let position = 0;
  for (const { name, label, bytes } of cards) {
    yield { path: `cards.bin/${name}`, bytes, label: rowOf(label, name), container: { file: "cards.bin", position } };
    position += bytes;
  }
}
