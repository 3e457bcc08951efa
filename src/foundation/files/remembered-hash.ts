import { join, resolve } from "node:path";
import { z } from "zod";
import { atomicWrite } from "./atomic-write.ts";
import { type FileState, fileState } from "./file-state.ts";
import { hashInThread } from "./hash-in-thread.ts";
import { readText } from "./read-text.ts";
import { sha256 } from "./sha256.ts";

/** File size from which remembering pays: hashing less is faster than reading two small files. */
const WORTH_REMEMBERING = 8e6;

const noteSchema = z.strictObject({
  path: z.string(),
  state: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** SHA-256 of the other fields, which detects a damaged note */
  check: z.string(),
});

/** A file's hash, and its state in the file system before and after reading. */
export interface HashedFile {
  /** 64 hexadecimal digits */
  readonly sha256: string;
  readonly before: FileState;
  /** differs from `before` where the file was changed during reading */
  readonly after: FileState;
}

/**
 * Returns the SHA-256 of a file, remembered in `folder`. The file is read again only where its size, inode or time of
 * change differ from when it was hashed. Every write sets the time of the inode's change, which no program can set
 * back. Where a file system does not show changes through mapped memory (`timesShowChanges`), the file is read every
 * time.
 *
 * @param folder nothing is remembered where absent
 * @throws the error of reading the file; a note that cannot be read or kept is skipped
 */
export async function rememberedHash(path: string, folder?: string): Promise<HashedFile> {
  const glance = await fileState(path);
  if (glance.bytes < WORTH_REMEMBERING) return await hashNow(path, glance);
  const absolute = resolve(path);
  const note = folder === undefined ? null : join(folder, `${sha256(absolute).slice(0, 16)}.json`);
  if (note !== null && glance.lasting) {
    const known = await readNote(note);
    if (known?.path === absolute && known.state === glance.identity) {
      return { sha256: known.sha256, before: glance, after: glance };
    }
  }
  const hashed = await hashNow(path, await fileState(path, true));
  const { before, after } = hashed;
  if (note !== null && before.lasting && after.identity === before.identity) {
    const content = { path: absolute, state: before.identity, sha256: hashed.sha256 };
    await keep(note, `${JSON.stringify({ ...content, check: checkOf(content) })}\n`);
  }
  return hashed;
}

async function hashNow(path: string, before: FileState): Promise<HashedFile> {
  const hash = await hashInThread(path);
  return { sha256: hash, before, after: await fileState(path) };
}

type Note = Omit<z.infer<typeof noteSchema>, "check">;

function checkOf({ path, state, sha256: hash }: Note): string {
  return sha256(JSON.stringify([path, state, hash]));
}

async function readNote(path: string): Promise<Note | null> {
  try {
    const { check, ...note } = noteSchema.parse(JSON.parse(await readText(path)));
    return check === checkOf(note) ? note : null;
  } catch {
    return null;
  }
}

/** A store that cannot be written is reported when parts are written to it, not here. */
async function keep(path: string, text: string): Promise<void> {
  try {
    await atomicWrite(path, text);
  } catch {}
}
