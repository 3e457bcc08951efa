import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { atomicWrite } from "../files/atomic-write.ts";
import { readError } from "../files/read-text.ts";
import { sha256 } from "../files/sha256.ts";
import { InputError } from "../input-error.ts";
import { indexTar } from "./tar-index.ts";
import type { TarMember } from "./tar-member.ts";

/*
 * A stored index is text: a line of JSON that says which tar it is of, and the SHA-256 of the rest; then a line a member,
 * offset, size, "f" or "d", content as base64 (empty where it is not kept, "=" where there is none), name. A name holds no
 * control character, so tabs and line ends are free.
 */
const VERSION = 1;

/**
 * Lists the members of a tar as {@link indexTar} does, from the index stored for it if the tar's size and times are still
 * those of that day; else indexes it and stores that. A stored index that is damaged counts as none.
 *
 * @param cacheFolder  where indexes are stored, made if it is not there
 * @throws InputError as indexTar does, if the tar changes meanwhile, or if the index cannot be written
 */
export async function readTarIndex(path: string, cacheFolder: string): Promise<TarMember[]> {
  const state = await tarState(path);
  const stored = join(cacheFolder, `${sha256(resolve(path)).slice(0, 32)}.tar-index`);
  const known = parseIndex(await readFile(stored, "utf8").catch(() => ""), state);
  if (known !== null) return known;
  const members = await indexTar(path);
  if ((await tarState(path)) !== state) throw new InputError(`${path}: changed while it was read; try again`);
  await atomicWrite(stored, formatIndex(members, state));
  return members;
}

/** Which state of a tar an index is of: size, and times in nanoseconds. */
async function tarState(path: string): Promise<string> {
  try {
    const { size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${size} ${mtimeNs} ${ctimeNs}`;
  } catch (cause) {
    throw readError(path, cause);
  }
}

function formatIndex(members: readonly TarMember[], state: string): string {
  const lines = members.map(({ name, type, offset, bytes, text }) => {
    const content = text === null ? "" : text === "" ? "=" : Buffer.from(text, "latin1").toString("base64");
    return `${offset}\t${bytes}\t${type === "file" ? "f" : "d"}\t${content}\t${name}\n`;
  });
  const body = lines.join("");
  return `${JSON.stringify({ version: VERSION, tar: state, sha256: sha256(body) })}\n${body}`;
}

/** The members a stored index lists; null if it is of another state of the tar, or not as it was written. */
function parseIndex(text: string, state: string): TarMember[] | null {
  const lineEnd = text.indexOf("\n");
  const body = text.slice(lineEnd + 1);
  const head = `${JSON.stringify({ version: VERSION, tar: state, sha256: sha256(body) })}`;
  if (lineEnd < 0 || text.slice(0, lineEnd) !== head) return null;
  return body
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [offset, bytes, type, content, name] = line.split("\t") as [string, string, string, string, string];
      const text = content === "" ? null : Buffer.from(content, "base64").toString("latin1");
      return { name, type: type === "f" ? "file" : "directory", offset: Number(offset), bytes: Number(bytes), text };
    });
}
