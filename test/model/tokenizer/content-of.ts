import type { FileContent } from "../../../src/foundation/files/file-content.ts";

/** A file as a checkpoint's reader gives it: text as it is, anything else as JSON. */
export function contentOf(path: string, content: unknown): FileContent {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return { path, bytes: new TextEncoder().encode(text), fault: null };
}
