/** Names whose tests may not be skipped, from the comma-separated list in SHIFTLINE_REQUIRE (`chromium,slurm`). */
function required(): string[] {
  return (process.env.SHIFTLINE_REQUIRE ?? "").split(",").map((name) => name.trim());
}

/**
 * Whether to skip tests that need something this machine may not have, to be given to `describe.skipIf`. A skip says why on standard
 * error, so that nobody takes it for a pass; where SHIFTLINE_REQUIRE lists the name, as continuous integration does, a skip is a failure.
 * @param name what is needed, as SHIFTLINE_REQUIRE lists it: `slurm`, `chromium`
 * @param available whether this machine has it
 * @param reason what is missing and how to get it, one line
 * @returns true to skip
 * @throws Error where it is missing though required
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
