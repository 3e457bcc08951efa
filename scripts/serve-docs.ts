// Serves the built documentation site on this machine alone, at the port given; scripts/docs.mjs runs it.
import { join } from "node:path";
import { serveFolder } from "./serve-folder.ts";

const port = Number(process.argv[2]);
try {
  const { address } = await serveFolder(join(import.meta.dirname, "../site/dist"), process.env.SITE_BASE ?? "/", port);
  console.log(`${address} (Ctrl-C ends it)`);
} catch (error) {
  console.error(
    `shiftline: cannot serve on port ${port}: ${(error as Error).message}; choose another: -- serve --port N`,
  );
  process.exitCode = 1;
}
