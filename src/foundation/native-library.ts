import { InputError } from "./errors.ts";

/** Where onnxruntime and sharp have a library, as README.md says. */
const SUPPORTED =
  "Linux on x64 or arm64 with glibc 2.28 or newer (Debian 10, Ubuntu 20.04, RHEL 8 and later; not Alpine, whose libc is musl), macOS on arm64, Windows on x64 or arm64";

/**
 * What it means that a package with a library of the system's own cannot be loaded: the system is not one that it is made
 * for, or the installation lacks it.
 *
 * @param name the package's
 */
export function nativeLibraryError(name: string, cause: unknown): unknown {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "EMFILE" || code === "ENFILE" || code === "ENOMEM") return cause; // the machine's limits
  const reason = String(message).split("\n")[0]?.trim().replace(/[.:]$/, "");
  return new InputError(
    `${name} cannot be loaded on this system (${describeSystem()}): ${reason}; supported: ${SUPPORTED}. On one of these, install again, without --omit=optional`,
    { cause },
  );
}

/** "linux x64, glibc 2.31": of the C library only Linux has several. */
function describeSystem(): string {
  const system = `${process.platform} ${process.arch}`;
  if (process.platform !== "linux") return system;
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return `${system}, ${header.glibcVersionRuntime === undefined ? "musl" : `glibc ${header.glibcVersionRuntime}`}`;
}
