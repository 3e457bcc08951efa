import type { BigIntStats } from "node:fs";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { atomicWrite } from "./atomic-write.ts";
import { hashInThread } from "./hash-in-thread.ts";
import { sha256 } from "./sha256.ts";

/** Bytes from which remembering pays: fewer are hashed sooner than two small files are read. */
const WORTH_REMEMBERING = 8e6;
/** Nanoseconds for which a file must have been as it is: within one tick of its clock a file system may show a change as none. */
const SETTLED = 3_000_000_000n;

const noteSchema = z.strictObject({
  path: z.string(),
  /** size, inode, and when content and inode last changed, in nanoseconds */
  state: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/**
 * SHA-256 of a file, remembered in `folder`: read again only where the file system shows another size, inode or time of
 * change than when it was hashed. Whatever writes to a file sets the time of its inode's change, which no program can set back.
 *
 * @returns 64 hexadecimal digits
 * @throws what reading the file throws; a note that cannot be read or kept is passed over
 */
export async function rememberedHash(path: string, folder: string): Promise<string> {
  const before = await stat(path, { bigint: true });
  if (before.size < WORTH_REMEMBERING) return hashInThread(path);
  const absolute = resolve(path);
  const note = join(folder, `${sha256(absolute).slice(0, 16)}.json`);
  const known = noteSchema.safeParse(await readNote(note));
  if (known.success && known.data.path === absolute && known.data.state === stateOf(before)) return known.data.sha256;
  const hash = await hashInThread(path);
  const now = BigInt(Date.now()) * 1_000_000n;
  const after = await stat(path, { bigint: true });
  const changed = before.ctimeNs > before.mtimeNs ? before.ctimeNs : before.mtimeNs;
  if (stateOf(after) === stateOf(before) && now - changed > SETTLED) {
    const content = { path: absolute, state: stateOf(before), sha256: hash };
    await keep(folder, note, `${JSON.stringify(content)}\n`);
  }
  return hash;
}

function stateOf({ size, ino, mtimeNs, ctimeNs }: BigIntStats): string {
  return [size, ino, mtimeNs, ctimeNs].join(" ");
}

async function readNote(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return null;
  }
}

/** A store that cannot be written is told of when parts are written to it, not here. */
async function keep(folder: string, path: string, text: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await atomicWrite(path, text);
  } catch {}
}
