import { InputError } from "../../foundation/errors.ts";
import { skippedNotes } from "./archive-members.ts";
import { readFileStart } from "./byte-source.ts";
import type { ContainerFormat, ContainerMember } from "./container-format.ts";
import { indexTar } from "./tar-index.ts";
import { readTarIndex } from "./tar-index-cache.ts";
import type { TarMember } from "./tar-member.ts";

/** Tars: a member is where its data begin. They are read in place. */
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
        `${path}: ends before byte ${position + length}; was it changed since its members were listed? run again`,
      );
    },
    // of many small reads, synchronous ones are the fastest
    readHead: async ({ path }, { position, bytes }, into) =>
      readFileStart(path, position, into.subarray(0, Math.min(into.length, bytes))),
    close: async () => {},
  }),
};

/** The members that are files, as a container lists them. */
export function* filesOf(members: readonly TarMember[]): Iterable<ContainerMember> {
  for (const { type, name, bytes, offset, text } of members) {
    if (type === "file") yield { name, bytes, position: offset, text };
  }
}
