// Renders EmojiShift: nine benchmarks into ../data, and the sources' training shards into WORK/train, as WebDataset tars.
// With --study: the full study's benchmarks, into WORK/data instead of ../data.
//   node render.mjs WORK [--study]       first fetches the sets from the npm registry into WORK/packages, in the versions of styles.mjs
// The same packages and sharp version give the same bytes: every picture is drawn by a generator seeded with its style, class and number.
import { spawnSync } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import tar from "tar-stream";
import { draw, readIcons, seededRandom } from "./draw.mjs";
import { SECOND_DRAWINGS, STUDY_PICTURES, STYLES, TEST_PICTURES, TRAIN_PICTURES } from "./styles.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const study = join(here, "..");
const [work, option] = process.argv.slice(2);
if (work === undefined || ![undefined, "--study"].includes(option)) throw new Error("expected WORK [--study]");
const packages = join(work, "packages");
const rows = readFileSync(join(study, "class-names.csv"), "utf8").trim().split("\n").slice(1);
const names = rows.map((row) => row.split(",")[1]);
const ENDLESS = { mtime: new Date(0), mode: 0o644, uid: 0, gid: 0 };

function fetchPackages() {
  mkdirSync(packages, { recursive: true });
  if (!existsSync(join(packages, "package.json"))) writeFileSync(join(packages, "package.json"), "{}\n");
  const wanted = STYLES.map(({ id, version }) => `@iconify-json/${id}@${version}`);
  const { status } = spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...wanted], {
    cwd: packages,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("npm install failed");
}

/**
 * Writes pictures `from` to `to` of every class, ordered by number, so that the first n × classes are a complete set.
 *
 * @param drawings [label, icon] of each class
 */
async function writeShard(path, style, drawings, use, from, to) {
  mkdirSync(dirname(path), { recursive: true });
  const pack = tar.pack();
  const written = pipeline(pack, createWriteStream(path));
  const add = (name, data) =>
    new Promise((resolve, reject) => {
      pack.entry({ name, ...ENDLESS }, data, (error) => (error ? reject(error) : resolve()));
    });
  for (let picture = from; picture < to; picture++) {
    for (const [label, icon] of drawings) {
      const random = seededRandom(`emojishift 1 ${use} ${style} ${names[label]} ${picture}`);
      const webp = await draw(icon, random).webp({ quality: 85, effort: 6 }).toBuffer();
      const key = `s${String(picture * names.length + label).padStart(7, "0")}`;
      await add(`${key}.webp`, webp);
      await add(`${key}.cls`, String(label));
    }
  }
  pack.finalize();
  await written;
}

async function writeBenchmark(id, drawings) {
  // Two tars per benchmark, so that no file of the repository exceeds 1 MB
  for (const shard of [0, 1]) {
    const path = join(study, "data", id, "test", `${shard}.tar`);
    await writeShard(path, id, drawings, "test", (shard * TEST_PICTURES) / 2, ((shard + 1) * TEST_PICTURES) / 2);
  }
}

async function writeStudy(id, role, drawings) {
  const folder = (style) => join(work, "data", style, "test", "0.tar");
  await writeShard(folder(id), id, drawings, "test", 0, STUDY_PICTURES[role]);
  if (role !== "source") return;
  const seconds = Object.entries(SECOND_DRAWINGS);
  const icons = readIcons(packages, id, Object.values(SECOND_DRAWINGS));
  const labeled = seconds.map(([name], i) => [names.indexOf(name), icons[i]]);
  await writeShard(folder(`${id}-second`), `${id}-second`, labeled, "test", 0, STUDY_PICTURES.second);
}

fetchPackages();
for (const { id, role } of STYLES) {
  const drawings = [...readIcons(packages, id, names).entries()];
  if (option === "--study") await writeStudy(id, role, drawings);
  else await writeBenchmark(id, drawings);
  if (role === "source") {
    for (let shard = 0; shard < TRAIN_PICTURES; shard++) {
      const path = join(work, "train", id, `${shard}.tar`);
      if (!existsSync(path)) await writeShard(path, id, drawings, "train", shard, shard + 1);
    }
  }
  console.log(`${id}: ${drawings.length} classes`);
}
