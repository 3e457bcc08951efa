import { InputError } from "./errors.ts";

/** Systems for which onnxruntime and sharp have a library, as listed in README.md. */
const SUPPORTED =
  "Linux on x64 or arm64 with glibc 2.28 or newer (Debian 10, Ubuntu 20.04, RHEL 8 and later; not Alpine, whose libc is musl), macOS on arm64, Windows on x64 or arm64";

/**
 * Explains why a package with a native library cannot be loaded: the system is not supported, or the installation lacks
 * the library.
 *
 * @param name the package's name
 */
export function nativeLibraryError(name: string, cause: unknown): unknown {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "EMFILE" || code === "ENFILE" || code === "ENOMEM") return cause; // limits of the machine
  const reason = String(message).split("\n")[0]?.trim().replace(/[.:]$/, "");
  return new InputError(
    `${name} cannot be loaded on this system (${describeSystem()}): ${reason}; supported: ${SUPPORTED}. On one of these, install again, without --omit=optional`,
    { cause },
  );
}

/** Describes the system: "linux x64, glibc 2.31". Only Linux has several C libraries. */
function describeSystem(): string {
  const system = `${process.platform} ${process.arch}`;
  if (process.platform !== "linux") return system;
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return `${system}, ${header.glibcVersionRuntime === undefined ? "musl" : `glibc ${header.glibcVersionRuntime}`}`;
}
