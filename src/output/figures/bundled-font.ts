import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { type FontOutlines, parseFont } from "./font-outlines.ts";
import type { FigureFonts } from "./outline-texts.ts";

const PACKAGE = "@expo-google-fonts/arimo";
const FACES = ["400Regular", "700Bold"];
const SYSTEM = "/etc/fonts/fonts.conf";

let ready: Promise<void> | undefined;

/**
 * Runs work that draws text with sharp, so that it finds Arimo, which has the widths of Arial, before the system's
 * fonts. Fontconfig reads its settings once per process, when text is first drawn; later calls have no effect.
 */
export async function withBundledFont<T>(work: () => Promise<T>): Promise<T> {
  if (ready !== undefined) {
    await ready;
    return work();
  }
  let settled = () => {};
  ready = new Promise((resolve) => {
    settled = resolve;
  });
  const before = process.env.FONTCONFIG_FILE;
  const folder = await mkdtemp(join(tmpdir(), "shiftline-fonts-"));
  try {
    const path = join(folder, "fonts.conf");
    await writeFile(path, fontSettings(folder, before ?? SYSTEM));
    process.env.FONTCONFIG_FILE = path;
    return await work();
  } finally {
    if (before === undefined) delete process.env.FONTCONFIG_FILE;
    else process.env.FONTCONFIG_FILE = before;
    await rm(folder, { recursive: true, force: true });
    settled();
  }
}

let fonts: Promise<FigureFonts> | undefined;

/** Reads the faces of the font in the package, once. */
export function figureFonts(): Promise<FigureFonts> {
  fonts ??= Promise.all(FACES.map(async (face) => parseFont(await readFile(facePath(face))))).then(
    ([regular, bold]) => ({ regular: regular as FontOutlines, bold: bold as FontOutlines }),
  );
  return fonts;
}

function facePath(face: string): string {
  return createRequire(import.meta.url).resolve(`${PACKAGE}/${face}/Arimo_${face}.ttf`);
}

function fontSettings(folder: string, system: string): string {
  const folders = FACES.map((face) => `<dir>${xml(dirname(facePath(face)))}</dir>`).join("");
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>${folders}<include ignore_missing="yes">${xml(system)}</include><cachedir>${xml(folder)}</cachedir></fontconfig>
`;
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
