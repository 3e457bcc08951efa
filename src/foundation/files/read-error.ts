import { InputError } from "../errors.ts";

/** Explanations of the system's and Node's error codes for a path that could not be read. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "no permission to read it",
  EPERM: "no permission to read it",
  EISDIR: "expected a file, found a folder",
  ENOTDIR: "a part of this path is a file, not a folder",
  EIO: "the disk failed to read it (EIO)",
  ELOOP: "a symbolic link that leads in a circle",
  ENAMETOOLONG: "its name is too long for the file system",
  ENXIO: "expected a file, found a socket or a device",
  ENODEV: "expected a file, found a device that does not exist",
  EMFILE: "too many open files; raise the limit with ulimit -n",
  ENFILE: "the system has too many open files; close other programs",
  ENOMEM: "the system has no memory left to read it",
  ESTALE: "the network file system reports a stale file handle (ESTALE); run again",
  ETIMEDOUT: "the network file system does not answer (ETIMEDOUT)",
  EHOSTDOWN: "the network file system does not answer (EHOSTDOWN)",
  ENOTCONN: "its file system is no longer connected (ENOTCONN)",
  ERR_INVALID_ARG_VALUE: "no file can have this name: it contains the character U+0000",
};

/** Explains a failed read to the user as an InputError. Returns other errors unchanged. */
export function readError(path: string, cause: unknown): unknown {
  if (cause instanceof InputError) return cause;
  const reason = REASONS[(cause as NodeJS.ErrnoException).code ?? ""];
  return reason === undefined ? cause : new InputError(`${path}: ${reason}`, { cause });
}
