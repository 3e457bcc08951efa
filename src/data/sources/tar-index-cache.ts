import type { BigIntStats } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { identityOf, isLasting, stateWithinRun } from "../../foundation/files/file-identity.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { indexTar } from "./tar-index.ts";
import type { TarMember } from "./tar-member.ts";

/*
 * A stored index is text. The first line is JSON with the tar's path and state, and the SHA-256 of the rest. Each
 * further line describes a member: offset, size, "f", "d" or "o", content as base64 (empty where it is not kept, "="
 * where there is none), name. A name contains no control characters, so tabs and line ends can be separators.
 */
const VERSION = 4;

const TYPES = { f: "file", d: "directory", o: "other" } as const;

/** Maximum size of a stored index in bytes: that of a tar with 5 million members. */
const MAX_INDEX = 500e6;

export interface TarIndexOptions {
  /** whether later changes of the tar show in its state; if not, it is indexed each time */
  readonly lasts?: (path: string, stats: BigIntStats) => boolean;
  /** how the members are listed again */
  readonly index?: (path: string) => Promise<TarMember[]>;
}

/**
 * Lists the members of a tar as {@link indexTar} does, from a stored index if the tar's size, inode and times are
 * unchanged; else indexes the tar and stores the index. A stored index that is damaged or belongs to another tar is
 * ignored.
 *
 * @param cacheFolder  where indexes are stored; created if it does not exist
 * @throws InputError as indexTar does, if the tar changes in the meantime, or if the index cannot be written
 */
export async function readTarIndex(
  path: string,
  cacheFolder: string,
  options: TarIndexOptions = {},
): Promise<TarMember[]> {
  const { lasts = isLasting, index = indexTar } = options;
  const tar = resolve(path);
  const before = await statTar(path);
  const state = identityOf(before);
  const lasting = lasts(path, before);
  const stored = join(cacheFolder, indexName(tar));
  const known = lasting ? parseIndex(await readText(stored, MAX_INDEX).catch(() => ""), tar, state) : null;
  if (known !== null) return known;
  const members = await index(path);
  if (stateWithinRun(path, await statTar(path)) !== stateWithinRun(path, before)) {
    throw new InputError(`${path}: changed while it was read; try again`);
  }
  if (lasting) await atomicWrite(stored, formatIndex(members, tar, state));
  return members;
}

async function statTar(path: string): Promise<BigIntStats> {
  try {
    return await stat(path, { bigint: true });
  } catch (cause) {
    throw readError(path, cause);
  }
}

function indexName(tar: string): string {
  return `${sha256(tar).slice(0, 32)}.tar-index`;
}

/** Whether a file with this name and text is a complete index of the tar that its name identifies. */
export function isTarIndex(name: string, text: string): boolean {
  const lineEnd = text.indexOf("\n");
  try {
    const { tar, state } = JSON.parse(text.slice(0, lineEnd)) as { tar: string; state: string };
    return name === indexName(tar) && text.slice(0, lineEnd) === headOf(tar, state, text.slice(lineEnd + 1));
  } catch {
    return false;
  }
}

function headOf(tar: string, state: string, body: string): string {
  return JSON.stringify({ version: VERSION, tar, state, sha256: sha256(body) });
}

function formatIndex(members: readonly TarMember[], tar: string, state: string): string {
  const lines = members.map(({ name, type, offset, bytes, text }) => {
    const content = text === null ? "" : text === "" ? "=" : Buffer.from(text, "latin1").toString("base64");
    return `${offset}\t${bytes}\t${type[0]}\t${content}\t${name}\n`;
  });
  const body = lines.join("");
  return `${headOf(tar, state, body)}\n${body}`;
}

/** Parses the members of a stored index; null if it belongs to another tar or state, or is damaged. */
function parseIndex(text: string, tar: string, state: string): TarMember[] | null {
  const lineEnd = text.indexOf("\n");
  const body = text.slice(lineEnd + 1);
  if (lineEnd < 0 || text.slice(0, lineEnd) !== headOf(tar, state, body)) return null;
  return body
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [offset, bytes, type, content, name] = line.split("\t") as [string, string, string, string, string];
      const text = content === "" ? null : Buffer.from(content, "base64").toString("latin1");
      return { name, type: TYPES[type as keyof typeof TYPES], offset: Number(offset), bytes: Number(bytes), text };
    });
}
