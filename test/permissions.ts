/** Runs as a user without rights where the tests run as root, whom no permission stops. The folders above must be open to all. */
export async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await run();
  process.seteuid?.(65_534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}

/** A command that permissions stop even where it is started as root: it keeps the user, not the right to pass them over. */
export function boundByPermissions(command: readonly string[]): string[] {
  if (process.geteuid?.() !== 0) return [...command];
  return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", ...command];
}
