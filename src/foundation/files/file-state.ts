import { identityOf, isLasting, isSettled, stateWithinRun } from "./file-identity.ts";
import { openRegular } from "./regular-file.ts";

/** What the file system reports about a file's content without reading it. */
export interface FileState {
  /** differs after every change that the file system shows */
  readonly identity: string;
  /** the same without what may differ between two looks at an unchanged file, on file systems where that happens */
  readonly withinRun: string;
  readonly bytes: number;
  /** whether a later change is certain to show in the identity: false for some seconds after a change */
  readonly settled: boolean;
  /** whether the identity may be remembered for later runs as that of the content */
  readonly lasting: boolean;
}

/**
 * Reads a file's state. The file is opened for that: a network file system asks the server when a file is opened, but
 * answers from its cache when a path is only looked up.
 *
 * @param flush also write back changes that programs made in memory mapped to the file, so that the next such change
 *   shows. Otherwise an already changed page can change again for half a minute without a new time
 * @throws the system's error if the file cannot be opened
 */
export async function fileState(path: string, flush = false): Promise<FileState> {
  const file = await openRegular(path);
  try {
    if (flush) await file.sync().catch(() => {}); // refused where nothing can be written, as on a disk mounted read-only
    const stats = await file.stat({ bigint: true });
    return {
      identity: identityOf(stats),
      withinRun: stateWithinRun(path, stats),
      bytes: Number(stats.size),
      settled: isSettled(stats),
      lasting: isLasting(path, stats),
    };
  } finally {
    await file.close();
  }
}
