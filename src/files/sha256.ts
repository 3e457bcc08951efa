import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** SHA-256 of bytes or of UTF-8 text, 64 hexadecimal digits. */
export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** SHA-256 of a file's content, read as a stream, 64 hexadecimal digits. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
