// Writes the pictures of a benchmark's tars at low resolution, in a folder per class.
//   node pixelate.mjs DATA OUT [PIXELS]
import { createReadStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import tar from "tar-stream";

const [data, out, pixels = "12"] = process.argv.slice(2);
const names = readFileSync(join(import.meta.dirname, "../class-names.csv"), "utf8")
  .trim()
  .split("\n")
  .slice(1);
const icons = names.map((row) => row.split(",")[1]);

for (const file of readdirSync(join(data, "test"))) {
  const pictures = new Map();
  const extract = createReadStream(join(data, "test", file)).pipe(tar.extract());
  for await (const entry of extract) {
    const chunks = [];
    for await (const chunk of entry) chunks.push(chunk);
    const [key, ending] = entry.header.name.split(".");
    pictures.set(key, { ...pictures.get(key), [ending]: Buffer.concat(chunks) });
  }
  for (const [key, { webp, cls }] of pictures) {
    const folder = join(out, icons[Number(cls.toString())]);
    mkdirSync(folder, { recursive: true });
    const small = await sharp(webp).resize(Number(pixels), Number(pixels)).png().toBuffer();
    writeFileSync(
      join(folder, `${key}.png`),
      await sharp(small).resize(48, 48, { kernel: "nearest" }).png().toBuffer(),
    );
  }
}
