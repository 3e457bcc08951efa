import { createHash } from "node:crypto";
import { openRegular } from "./regular-file.ts";

/** Computes the SHA-256 of bytes or of UTF-8 text, as 64 hexadecimal digits. */
export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * Computes the SHA-256 of a file's content, read as a stream, as 64 hexadecimal digits.
 *
 * @throws InputError if it is not a regular file, else the system's error
 */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await openRegular(path);
  // The stream closes the file at its end
  for await (const chunk of file.createReadStream({ highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
