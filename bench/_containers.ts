import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runChild } from "./_child.ts";

/** A way to pack a folder of class folders into one file. */
export interface MadeContainer {
  readonly name: string;
  /** name of the file */
  readonly file: string;
  /**
   * @param folder folder of class folders @param path path of the file @param python Python with pyarrow; null if there is none
   */
  readonly make: (folder: string, path: string, python: string | null) => void;
}

const sh = (script: string, ...args: string[]) => runChild("bash", ["-euc", script, "-", ...args]);

/** Images and labels in the order of the folder's names, with a column of paths. */
const TABLE = `
import sys, os
import pyarrow as pa
folder, path, kind = sys.argv[1:]
names = sorted(os.path.join(d, f) for d in os.listdir(folder) for f in os.listdir(os.path.join(folder, d)))
wnids = sorted(os.listdir(folder))
schema = pa.schema([("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])), ("label", pa.string())])
def batches(n=100):
    for at in range(0, len(names), n):
        rows = names[at : at + n]
        image = [{"bytes": open(os.path.join(folder, r), "rb").read(), "path": os.path.basename(r)} for r in rows]
        yield pa.record_batch([pa.array(image, schema.field(0).type), pa.array([r.split("/")[0] for r in rows])], schema=schema)
if kind == "arrow":
    with pa.OSFile(path, "wb") as out, pa.ipc.new_stream(out, schema) as writer:
        for batch in batches(): writer.write_batch(batch)
else:
    import pyarrow.parquet as pq
    with pq.ParquetWriter(path, schema, compression=kind, use_dictionary=False) as writer:
        for batch in batches(): writer.write_batch(batch)
`;

function table(kind: string): MadeContainer["make"] {
  return (folder, path, python) => {
    if (python === null) throw new Error("set SHIFTLINE_ORACLE to a Python environment with pyarrow");
    runChild(python, ["-c", TABLE, folder, path, kind]);
  };
}

const PASSWORD = "some password";

/** Environment variable with the password of an encrypted container. */
export function passwordFileOf(path: string): string {
  return `${path}.password`;
}

/** Every container that is timed; add new formats here. */
export const CONTAINERS: readonly MadeContainer[] = [
  { name: "tar", file: "set.tar", make: (folder, path) => void sh('tar -C "$1" -cf "$2" .', folder, path) },
  {
    name: "tar.gz",
    file: "set.tar.gz",
    make: (folder, path) => void sh('tar -C "$1" -c . | gzip > "$2"', folder, path),
  },
  {
    name: "tar.zst",
    file: "set.tar.zst",
    make: (folder, path) => void sh('tar -C "$1" -c . | zstd -q -o "$2"', folder, path),
  },
  {
    name: "zip, stored",
    file: "set.zip",
    make: (folder, path) => void sh('cd "$1" && zip -q -0 -r "$2" .', folder, path),
  },
  {
    name: "zip, deflated",
    file: "set.zip",
    make: (folder, path) => void sh('cd "$1" && zip -q -r "$2" .', folder, path),
  },
  {
    name: "zip, ZipCrypto",
    file: "set.zip",
    make: (folder, path) => {
      void sh('cd "$1" && zip -q -0 -r -P "$3" "$2" .', folder, path, PASSWORD);
      writeFileSync(passwordFileOf(path), PASSWORD);
    },
  },
  {
    name: "zip, AES-256",
    file: "set.zip",
    make: (folder, path) => {
      void sh('cd "$1" && 7zz a -tzip -mx=0 -mem=AES256 "-p$3" "$2" . > /dev/null', folder, path, PASSWORD);
      writeFileSync(passwordFileOf(path), PASSWORD);
    },
  },
  { name: "Parquet", file: "set.parquet", make: table("none") },
  { name: "Parquet, snappy", file: "set.parquet", make: table("snappy") },
  { name: "Arrow stream", file: "set.arrow", make: table("arrow") },
  {
    name: "CSV list",
    file: "set.csv",
    make: (folder, path) => {
      const wnids = readdirSync(folder);
      const rows = wnids.flatMap((wnid) => readdirSync(join(folder, wnid)).map((name) => `${wnid}/${name},${wnid}`));
      for (const row of rows) {
        const [image = ""] = row.split(",");
        mkdirSync(dirname(join(dirname(path), image)), { recursive: true });
        copyFileSync(join(folder, image), join(dirname(path), image));
      }
      writeFileSync(path, `path,label\n${rows.join("\n")}\n`);
    },
  },
];

/** Creates each container in a separate folder. @returns name → path */
export function makeContainers(folder: string, into: string, python: string | null): Map<string, string> {
  const made = new Map<string, string>();
  for (const { name, file, make } of CONTAINERS) {
    const path = join(into, name.replace(/[^a-z]+/gi, "-"), file);
    mkdirSync(dirname(path), { recursive: true });
    try {
      make(folder, path, python);
      made.set(name, path);
    } catch (error) {
      rmSync(dirname(path), { recursive: true });
      console.error(`${name} is skipped: ${(error as Error).message.trim().split("\n").at(-1)}`);
    }
  }
  return made;
}
