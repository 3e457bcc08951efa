import { skipUnless } from "./require.ts";

/** What a system lacks, for `it.skipIf`: systems other than Linux are untested, and their tests must not fail for missing features. */

const isUnix = process.platform !== "win32";

export const lacksPermissions = skipUnless("permissions", isUnix, "Windows has no permission bits that stop a reader");

export const lacksPipes = skipUnless("pipes", isUnix, "Windows has no named pipes in folders");

export const lacksShell = skipUnless("sh", isUnix, "Windows has no sh, and starts no scripts by their first line");

export const lacksByteNames = skipUnless(
  "byte-names",
  process.platform === "linux",
  "only Linux has file names that are not UTF-8",
);
