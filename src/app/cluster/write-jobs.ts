import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { readRegular } from "../../foundation/files/regular-file.ts";

/** A file of a folder of jobs: its name and its content. */
export interface JobFile {
  readonly name: string;
  readonly content: string;
}

/**
 * Writes a folder of jobs; files that are there with the same content stay as they are.
 *
 * @throws InputError, before anything is written, if one is there with other content: it may be of another sweep, or edited
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
      throw new InputError(
        `${path}: there already, and other than what would be written; delete the folder, or name another with --jobs`,
      );
    }
  }
  for (const { name, content } of fresh) await atomicWrite(join(folder, name), content);
}
