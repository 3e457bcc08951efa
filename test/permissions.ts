/** Runs code as an unprivileged user if the tests run as root, for whom permissions do not apply. Parent folders must be accessible to all. */
export async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await run();
  process.seteuid?.(65_534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}

/** A command to which permissions apply even as root: it keeps the user, but drops the capability to bypass them. */
export function boundByPermissions(command: readonly string[]): string[] {
  if (process.geteuid?.() !== 0) return [...command];
  return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", ...command];
}
