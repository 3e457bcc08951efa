import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { readRegular } from "../../foundation/files/regular-file.ts";

/** A file in a folder of jobs: its name and content. */
export interface JobFile {
  readonly name: string;
  readonly content: string;
}

/**
 * Writes a folder of jobs; existing files with the same content are kept.
 *
 * @throws InputError, before anything is written, if a file with different content exists: it may belong to another
 *   sweep, or have been edited
 */
export async function writeJobs(folder: string, files: readonly JobFile[]): Promise<void> {
  const fresh: JobFile[] = [];
  for (const file of files) {
    const path = join(folder, file.name);
    const existing = await readRegular(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return null;
      if (cause instanceof InputError) throw cause;
      throw new InputError(`${path}: cannot be read: ${cause.message}`, { cause });
    });
    if (existing === null) fresh.push(file);
    else if (existing.toString("utf8") !== file.content) {
      throw new InputError(`${path}: exists with different content; delete the folder, or choose another with --jobs`);
    }
  }
  for (const { name, content } of fresh) await atomicWrite(join(folder, name), content);
}
