import { InputError } from "../../foundation/errors.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { MAX_BYTES } from "../../foundation/files/regular-file.ts";
import { type ArrowRows, indexArrow } from "./arrow-index.ts";
import { openFileBytes } from "./byte-source.ts";
import type { ContainerFile, ContainerFormat, ContainerMember, MemberPlace } from "./container-format.ts";
import { TableFault } from "./table-columns.ts";
import { rowNames } from "./table-row-names.ts";

/**
 * Arrow streams, as `datasets` stores them in its cache and `save_to_disk` writes them, and Arrow files. Images are
 * read in place; a member's position is the byte at which its image begins.
 */
export const arrowFormat: ContainerFormat = {
  name: "arrow",
  endings: [".arrow", ".arrows"],
  index: async (path) => {
    const rows = await indexFile(path);
    const open = `${path}: ends without an end-of-stream marker; was it written completely?`;
    return {
      members: members(rows),
      labelNames: rows.labelNames ?? undefined,
      notes: [],
      warnings: rows.isEnded ? [] : [open],
    };
  },
  open: () => ({
    read: (file, member) => readPart(file, member, member.bytes),
    readHead: async (file, member, into) => {
      const bytes = await readPart(file, member, Math.min(member.bytes, into.length));
      into.set(bytes);
      return into.subarray(0, bytes.length);
    },
    close: async () => {},
  }),
};

async function indexFile(path: string): Promise<ArrowRows> {
  try {
    const file = await openFileBytes(path);
    try {
      return await indexArrow(file);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw cause instanceof TableFault ? new InputError(`${path}: ${cause.message}`, { cause }) : readError(path, cause);
  }
}

function* members({ starts, lengths, paths, labels, labelTexts }: ArrowRows): Iterable<ContainerMember> {
  for (const [row, name] of rowNames(paths).entries()) {
    const text = labelTexts[row] ?? null;
    yield {
      name,
      bytes: lengths[row] as number,
      position: starts[row] as number,
      label: labels[row] as number | string,
      ...(text === null ? {} : { labelText: text }),
    };
  }
}

async function readPart(
  { path, bytes: file }: ContainerFile,
  member: MemberPlace,
  length: number,
): Promise<Uint8Array> {
  if (member.bytes > MAX_BYTES) {
    throw new InputError(
      `${path}: ${member.name}: has ${member.bytes} bytes; the maximum for an image is ${MAX_BYTES}`,
    );
  }
  const bytes = new Uint8Array(await file.slice(member.position, member.position + length));
  if (bytes.length === length) return bytes;
  throw new InputError(
    `${path}: ${member.name}: the file ends before this row; was it changed after it was listed? run again`,
  );
}
