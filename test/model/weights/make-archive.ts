/*
 * Makes valid and invalid weight files byte by byte: zips like those of torch.save, pickles from opcodes, safetensors from a
 * header.
 */

export interface MadeEntry {
  readonly name: string;
  readonly content: Buffer;
  /** false values for the directory */
  readonly claims?: {
    readonly size?: number;
    readonly storedSize?: number;
    readonly method?: number;
    readonly flags?: number;
    readonly offset?: number;
  };
}

/** A zip of uncompressed entries. Checksums stay zero because nothing reads them. */
export function makeZip(
  entries: readonly MadeEntry[],
  end: { readonly count?: number; readonly comment?: string } = {},
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, claims = {} } of entries) {
    const nameBytes = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(claims.method ?? 0, 8);
    local.writeUInt32LE(content.length, 18);
    local.writeUInt32LE(content.length, 22);
    local.writeUInt16LE(nameBytes.length, 26);
    const listed = Buffer.alloc(46);
    listed.writeUInt32LE(0x02014b50, 0);
    listed.writeUInt16LE(claims.flags ?? 0, 8);
    listed.writeUInt16LE(claims.method ?? 0, 10);
    listed.writeUInt32LE(claims.storedSize ?? claims.size ?? content.length, 20);
    listed.writeUInt32LE(claims.size ?? content.length, 24);
    listed.writeUInt16LE(nameBytes.length, 28);
    listed.writeUInt32LE(claims.offset ?? offset, 42);
    parts.push(local, nameBytes, content);
    directory.push(listed, nameBytes);
    offset += local.length + nameBytes.length + content.length;
  }
  const listing = Buffer.concat(directory);
  const tail = Buffer.alloc(22);
  tail.writeUInt32LE(0x06054b50, 0);
  tail.writeUInt16LE(end.count ?? entries.length, 8);
  tail.writeUInt16LE(end.count ?? entries.length, 10);
  tail.writeUInt32LE(listing.length, 12);
  tail.writeUInt32LE(offset, 16);
  const comment = Buffer.from(end.comment ?? "");
  tail.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, listing, tail, comment]);
}

/** The archive that torch.save writes for a pickle and its storages. */
export function makeArchive(
  pickle: Buffer,
  storages: Readonly<Record<string, Buffer>> = {},
  more: readonly MadeEntry[] = [],
): Buffer {
  const data = Object.entries(storages).map(([key, content]) => ({ name: `archive/data/${key}`, content }));
  return makeZip([{ name: "archive/data.pkl", content: pickle }, ...data, ...more]);
}

/** A pickle of protocol 2, from pieces: opcodes as Latin-1 text, or bytes. */
export function makePickle(...pieces: readonly string[]): Buffer {
  return Buffer.from(`\x80\x02${pieces.join("")}.`, "latin1");
}

/** Opcodes of a string. */
export function text(value: string): string {
  return `X${uint32(Buffer.byteLength(value))}${Buffer.from(value).toString("latin1")}`;
}

/** Opcodes of an integer in eight bytes. */
export function whole(value: number | bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return `\x8a\x08${bytes.toString("latin1")}`;
}

export function uint32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString("latin1");
}

/** Opcodes of a tuple. */
export function tuple(...items: readonly string[]): string {
  return `(${items.join("")}t`;
}

/** Opcodes of a dict with string keys. */
export function dict(entries: Readonly<Record<string, string>>): string {
  const items = Object.entries(entries).map(([key, value]) => text(key) + value);
  return `}(${items.join("")}u`;
}

/** Opcodes of a call. */
export function call(module: string, name: string, ...args: readonly string[]): string {
  return `c${module}\n${name}\n${tuple(...args)}R`;
}

interface MadeTensor {
  readonly key?: string;
  readonly count?: number | bigint;
  readonly offset?: number | bigint;
  readonly shape?: readonly (number | bigint)[];
  readonly strides?: readonly (number | bigint)[];
  readonly storage?: string;
}

/** Opcodes of a float32 tensor, by default of storage "0" with two elements. */
export function tensor({
  key = "0",
  count = 2,
  offset = 0,
  shape = [2],
  strides = [1],
  storage = "FloatStorage",
}: MadeTensor = {}): string {
  const place = `${tuple(text("storage"), `ctorch\n${storage}\n`, text(key), text("cpu"), whole(count))}Q`;
  const hooks = "ccollections\nOrderedDict\n)R";
  const [sizes, steps] = [shape, strides].map((numbers) => tuple(...numbers.map(whole))) as [string, string];
  return call("torch._utils", "_rebuild_tensor_v2", place, whole(offset), sizes, steps, "\x89", hooks);
}

/** A safetensors file. @param header JSON text, or a value to be serialized */
export function makeSafetensors(header: unknown, data: number | Buffer = 0, length?: bigint): Buffer {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(json.length));
  return Buffer.concat([prefix, json, typeof data === "number" ? Buffer.alloc(data) : data]);
}
