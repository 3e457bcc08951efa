import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

/** Media types of the files of the documentation site. */
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
};

export interface FolderServer {
  /** of the folder's index, with a slash at the end */
  readonly address: string;
  close(): void;
}

/**
 * Serves a folder of static files on the loopback interface. What is not there gets `404.html`.
 *
 * @param base path that the folder's root has, with slashes at both ends
 * @param port 0 for a free one
 * @throws Error where the port is in use
 */
export async function serveFolder(folder: string, base: string, port: number): Promise<FolderServer> {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = path.startsWith(base) ? join(folder, normalize(`/${path.slice(base.length)}`)) : "";
    const isFolder = await stat(file).then(
      (found) => found.isDirectory(),
      () => false,
    );
    const found = isFolder ? join(file, "index.html") : file;
    const body = await readFile(found).catch(() => undefined);
    response.writeHead(body === undefined ? 404 : 200, {
      "Content-Type": body === undefined ? (TYPES[".html"] as string) : (TYPES[extname(found)] ?? "text/plain"),
    });
    response.end(body ?? (await readFile(join(folder, "404.html"))));
  });
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${bound}${base}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
