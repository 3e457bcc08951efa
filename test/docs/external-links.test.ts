import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { externalLinks, tryLinks } from "../../scripts/external-links.ts";
import { temporaryFolder, writeTree } from "../helpers.ts";

describe("the check of external links", () => {
  it("lists each address once, with all its locations", () => {
    const root = writeTree(temporaryFolder(), {
      "a.md": "[x](https://example.org/x#part)\n[y](b.md)\n",
      "docs/b.md": "\n<https://example.org/y> [x](https://example.org/x)\n",
    });
    expect(externalLinks(root)).toEqual([
      { url: "https://example.org/x", places: ["a.md:1", "docs/b.md:2"] },
      { url: "https://example.org/y", places: ["docs/b.md:2"] },
    ]);
  });

  it("distinguishes a broken link from a host that refuses programs", async () => {
    const server = createServer((request, response) => {
      response.writeHead({ "/ok": 200, "/gone": 404, "/refused": 403 }[request.url as string] ?? 500).end("text");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answers = await tryLinks(["/ok", "/gone", "/refused"].map((path) => ({ url: address + path, places: [] })));
    expect(answers.map(({ verdict, detail }) => [verdict, detail])).toEqual([
      ["ok", "status 200"],
      ["broken", "status 404"],
      ["unknown", "status 403"],
    ]);
  });
});
