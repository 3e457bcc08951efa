import { InputError } from "../../foundation/errors.ts";
import { skippedNotes } from "./archive-members.ts";
import { readFileStart } from "./byte-source.ts";
import type { ContainerFormat, ContainerMember } from "./container-format.ts";
import { indexTar } from "./tar-index.ts";
import { readTarIndex } from "./tar-index-cache.ts";
import type { TarMember } from "./tar-member.ts";

/** Tars, read in place. A member's position is where its data begin. */
export const tarContainer: ContainerFormat = {
  name: "tar",
  endings: [".tar"],
  index: async (path, { cacheFolder }) => {
    const members = cacheFolder === undefined ? await indexTar(path) : await readTarIndex(path, cacheFolder);
    return { members: filesOf(members), notes: skippedNotes(path, members), warnings: [] };
  },
  open: () => ({
    read: async ({ path, bytes: tar }, { position, bytes: length }) => {
      const bytes = new Uint8Array(await tar.slice(position, position + length));
      if (bytes.length === length) return bytes;
      throw new InputError(
        `${path}: ends before byte ${position + length}; was it changed after its members were listed? run again`,
      );
    },
    // synchronous reads are the fastest for many small reads
    readHead: async ({ path }, { position, bytes }, into) =>
      readFileStart(path, position, into.subarray(0, Math.min(into.length, bytes))),
    close: async () => {},
  }),
};

/** Lists the members that are files. */
export function* filesOf(members: readonly TarMember[]): Iterable<ContainerMember> {
  for (const { type, name, bytes, offset, text } of members) {
    if (type === "file") yield { name, bytes, position: offset, text };
  }
}
