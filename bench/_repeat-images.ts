import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";

/** Creates a folder of n images in wnid folders by repeatedly linking those of another folder. */
export function repeatImages(from: string, to: string, n: number): void {
  const files = readdirSync(from, { recursive: true, encoding: "utf8" }).filter((path) =>
    /\.(?:jpe?g|png)$/i.test(path),
  );
  if (files.length === 0) throw new Error(`${from}: no images`);
  for (let i = 0; i < n; i++) {
    const path = files[i % files.length] as string;
    const wnid = path.split("/")[0] as string;
    mkdirSync(join(to, wnid), { recursive: true });
    symlinkSync(resolve(from, path), join(to, wnid, `${String(i).padStart(6, "0")}.jpg`));
  }
}
