import type { FileContent } from "../../../src/foundation/files/file-content.ts";

/** A file as a checkpoint's reader returns it, from a text or a value to be serialized to JSON. */
export function contentOf(path: string, content: unknown): FileContent {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return { path, bytes: new TextEncoder().encode(text), fault: null };
}
