import { identityOf, isLasting, isSettled, stateWithinRun } from "./file-identity.ts";
import { openRegular } from "./regular-file.ts";

/** What the file system shows of a file's content without reading it. */
export interface FileState {
  /** of another value after every change that shows */
  readonly identity: string;
  /** the same without what may differ between two looks at an unchanged file, on file systems where that is so */
  readonly withinRun: string;
  readonly bytes: number;
  /** Whether a change from now on is certain to show in the identity: false for some seconds after a change. */
  readonly settled: boolean;
  /** Whether the identity may be remembered for later runs as that of the content. */
  readonly lasting: boolean;
}

/**
 * Looks at a file. It is opened for that: a network file system asks the server when a file is opened, and answers from memory when
 * its path is looked at.
 *
 * @param flush also write back what programs have changed in memory that is mapped to it: from then on the next such change shows.
 *   Left alone, a page that is already changed can be changed again for half a minute without a new time
 * @throws what opening the file throws
 */
export async function fileState(path: string, flush = false): Promise<FileState> {
  const file = await openRegular(path);
  try {
    if (flush) await file.sync().catch(() => {}); // refused where nothing can be written, as on a disk mounted to be read
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
