import {
  type FloatType,
  type TensorRecipe,
  type TensorRecipes,
  tensorBytes,
  tensorPieces,
  writePieces,
} from "./synthetic-weights.ts";

/**
 * Writes the tensors as `torch.save` writes a training checkpoint of open_clip: a zip of stored entries, whose pickle is
 * `{"epoch": 1, "state_dict": OrderedDict(("module." + name, tensor), …)}`. Checksums are left at 0: nothing reads them here,
 * and most of the time would go into them.
 *
 * @see torch/serialization.py `_save` of PyTorch 2.13, which aligns the storages to 64 bytes as well
 */
export function writeTorchArchive(path: string, tensors: TensorRecipes, type: FloatType): void {
  const entries: ZipEntry[] = [
    memoryEntry("archive/data.pkl", pickleOf(tensors, type)),
    memoryEntry("archive/byteorder", Buffer.from("little")),
    ...Object.entries(tensors).map(([name, recipe], key) => ({
      name: `archive/data/${key}`,
      size: tensorBytes(recipe, type),
      pieces: () => tensorPieces(name, recipe, type),
    })),
    memoryEntry("archive/version", Buffer.from("3\n")),
  ];
  writePieces(path, () => zipPieces(entries));
}

interface ZipEntry {
  readonly name: string;
  readonly size: number;
  readonly pieces: () => Iterable<Uint8Array>;
}

function memoryEntry(name: string, content: Buffer): ZipEntry {
  return { name, size: content.length, pieces: () => [content] };
}

const ALIGNMENT = 64;
const LOCAL_BYTES = 30;

function* zipPieces(entries: readonly ZipEntry[]): Generator<Uint8Array> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    // PyTorch fills up to the next multiple with an extra field of its own
    const padding = ALIGNMENT - ((offset + LOCAL_BYTES + name.length + 4) % ALIGNMENT) + 4;
    const local = Buffer.alloc(LOCAL_BYTES + name.length + padding);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt32LE(entry.size, 18);
    local.writeUInt32LE(entry.size, 22);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(padding, 28);
    name.copy(local, LOCAL_BYTES);
    local.write("FB", LOCAL_BYTES + name.length);
    local.writeUInt16LE(padding - 4, LOCAL_BYTES + name.length + 2);
    yield local;
    yield* entry.pieces();
    const listed = Buffer.alloc(46 + name.length);
    listed.writeUInt32LE(0x02014b50, 0);
    listed.writeUInt32LE(entry.size, 20);
    listed.writeUInt32LE(entry.size, 24);
    listed.writeUInt16LE(name.length, 28);
    listed.writeUInt32LE(offset, 42);
    name.copy(listed, 46);
    directory.push(listed);
    offset += local.length + entry.size;
  }
  yield* directory;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(
    directory.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  end.writeUInt32LE(offset, 16);
  yield end;
}

const STORAGES: Readonly<Record<FloatType | "int64", string>> = {
  float32: "FloatStorage",
  float16: "HalfStorage",
  bfloat16: "BFloat16Storage",
  int64: "LongStorage",
};

/** Opcodes of pickle, protocol 2 (Python's Lib/pickletools.py) */
const EMPTY_ORDERED_DICT = Buffer.from("ccollections\nOrderedDict\n)R");
const MARK = Buffer.from("(");

function pickleOf(tensors: TensorRecipes, type: FloatType): Buffer {
  const items = Object.entries(tensors).map(([name, recipe], key) =>
    Buffer.concat([text(`module.${name}`), tensor(recipe, key, type)]),
  );
  const stateDict = [EMPTY_ORDERED_DICT, MARK, ...items, Buffer.from("u")];
  const content = [text("epoch"), integer(1), text("state_dict"), ...stateDict];
  return Buffer.concat([Buffer.from([0x80, 2]), Buffer.from("}("), ...content, Buffer.from("u.")]);
}

function tensor(recipe: TensorRecipe, key: number, type: FloatType): Buffer {
  const [shape, scale] = recipe;
  const count = shape.reduce((product, size) => product * size, 1);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const storage = STORAGES[scale === "int64" ? "int64" : type];
  return Buffer.concat([
    Buffer.from("ctorch._utils\n_rebuild_tensor_v2\n("),
    MARK,
    text("storage"),
    Buffer.from(`ctorch\n${storage}\n`),
    text(String(key)),
    text("cpu"),
    integer(count),
    Buffer.from("tQ"),
    integer(0),
    tuple(shape),
    tuple(strides),
    Buffer.from([0x89]), // False: requires_grad
    EMPTY_ORDERED_DICT,
    Buffer.from("tR"),
  ]);
}

function text(value: string): Buffer {
  const length = Buffer.alloc(5, "X");
  length.writeUInt32LE(value.length, 1);
  return Buffer.concat([length, Buffer.from(value)]);
}

function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5, "J");
  bytes.writeInt32LE(value, 1);
  return bytes;
}

function tuple(values: readonly number[]): Buffer {
  return Buffer.concat([MARK, ...values.map(integer), Buffer.from("t")]);
}
