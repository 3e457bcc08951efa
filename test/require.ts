/** Names whose tests may not be skipped, from the comma-separated list in SHIFTLINE_REQUIRE (`chromium,slurm`). */
function required(): string[] {
  return (process.env.SHIFTLINE_REQUIRE ?? "").split(",").map((name) => name.trim());
}

/**
 * Whether to skip tests that need something this machine may lack, for `describe.skipIf`. A skip prints its reason on standard
 * error, so that it is not mistaken for a pass; if SHIFTLINE_REQUIRE lists the name, as in continuous integration, a skip is a failure.
 * @param name the requirement, as listed in SHIFTLINE_REQUIRE: `slurm`, `chromium`
 * @param available whether this machine has it
 * @param reason what is missing and how to get it, one line
 * @returns true to skip
 * @throws Error if it is missing although required
 */
export function skipUnless(name: string, available: boolean, reason: string): boolean {
  if (available) {
    return false;
  }
  if (required().includes(name)) {
    throw new Error(`SHIFTLINE_REQUIRE lists ${name}, but it is not available: ${reason}`);
  }
  process.stderr.write(`\nSKIPPED ${name}: ${reason}\n`);
  return true;
}
