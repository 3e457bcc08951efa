import { readFileSync } from "node:fs";
import { defineConfig } from "vitepress";
import { githubAnchor } from "../../scripts/markdown-links.ts";

const base = process.env.SITE_BASE ?? "/";
/** Made by scripts/build-docs.ts, like every page. */
const sidebar = JSON.parse(readFileSync(new URL("../pages/sidebar.json", import.meta.url), "utf8"));

export default defineConfig({
  base,
  srcDir: "pages",
  outDir: "dist",
  lang: "en-US",
  title: "Shiftline",
  description: "Zero-shot robustness evaluation of CLIP checkpoints",
  // No icon: without this line a browser asks the host for one
  head: [["link", { rel: "icon", href: "data:," }]],
  // Anchors as on GitHub, where the same files are read
  markdown: { anchor: { slugify: githubAnchor }, math: true },
  // The search index is one file, which is loaded when the search is opened
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  themeConfig: {
    search: { provider: "local" },
    sidebar,
    outline: { level: [2, 3] },
    nav: [
      ...(sidebar.some(({ items }) => items.some(({ link }) => link === "/docs/"))
        ? [{ text: "Guides", link: "/docs/" }]
        : []),
      { text: "API", link: "/api/" },
      { text: "Changes", link: "/CHANGELOG" },
    ],
  },
});
