import { crc32, deflateSync, inflateSync } from "node:zlib";
import { splice } from "./damage-bytes.ts";
import type { Random } from "./random.ts";

interface Chunk {
  kind: string;
  data: Uint8Array;
  /** what the file states; as computed where absent */
  crc?: number | undefined;
  length?: number | undefined;
}

function readChunks(bytes: Uint8Array): { chunks: Chunk[]; rest: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  let p = 8;
  while (p + 12 <= bytes.length) {
    const length = view.getUint32(p);
    if (p + 12 + length > bytes.length) break;
    const kind = Buffer.from(bytes.subarray(p + 4, p + 8)).toString("latin1");
    chunks.push({ kind, data: bytes.slice(p + 8, p + 8 + length), crc: view.getUint32(p + 8 + length) });
    p += 12 + length;
  }
  return { chunks, rest: bytes.slice(p) };
}

function writeChunks(signature: Uint8Array, chunks: readonly Chunk[], rest: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [signature];
  for (const { kind, data, crc, length } of chunks) {
    const part = Buffer.alloc(12 + data.length);
    part.writeUInt32BE((length ?? data.length) >>> 0, 0);
    part.write(kind, 4, "latin1");
    part.set(data, 8);
    part.writeUInt32BE(crc ?? crc32(part.subarray(4, 8 + data.length)), 8 + data.length);
    parts.push(part);
  }
  return Uint8Array.from(Buffer.concat([...parts, rest]));
}

const KINDS =
  "gAMA cHRM sRGB pHYs tEXt zTXt iTXt tRNS PLTE iCCP eXIf acTL fcTL fdAT tIME bKGD hIST sBIT sPLT prVt IDAT IEND IHDR aBcD QqQq DDAT cICP";

/** Damage to a PNG's structure, mostly with valid checksums, so that decoders continue. */
export function damagePng(source: Uint8Array, random: Random): Uint8Array {
  const { chunks, rest } = readChunks(source);
  if (chunks.length === 0) return source;
  const at = random.below(chunks.length);
  const chunk = chunks[at]!;
  const pixels = chunks.findIndex(({ kind }) => kind === "IDAT");
  switch (random.below(13)) {
    case 0:
      chunks.splice(at, 1);
      break;
    case 1:
      chunks.splice(random.below(chunks.length + 1), 0, { ...chunk });
      break;
    case 2: // moved
      chunks.splice(at, 1);
      chunks.splice(random.below(chunks.length + 1), 0, chunk);
      break;
    case 3:
      chunk.crc = (chunk.crc ?? 0) ^ (1 << random.below(31));
      chunk.crc >>>= 0;
      break;
    case 4: // other content with a valid checksum
      if (chunk.data.length > 0) chunk.data[random.below(chunk.data.length)]! ^= 1 << random.below(8);
      chunk.crc = undefined;
      break;
    case 5:
      chunk.length = random.pick([
        0,
        chunk.data.length - 1,
        chunk.data.length + 1,
        0x7fffffff,
        0xffffffff,
        random.below(100),
      ]);
      break;
    case 6: // shorter or longer with a valid checksum
      chunk.data = random.chance(0.5)
        ? chunk.data.subarray(0, random.below(chunk.data.length))
        : Uint8Array.from([...chunk.data, ...random.bytes(random.below(20))]);
      chunk.crc = undefined;
      break;
    case 7: // one additional chunk
    case 8: {
      const data = random.chance(0.3) ? new Uint8Array(random.below(40)) : random.bytes(random.below(40));
      const kind = random.pick(KINDS.split(" "));
      if (random.chance(0.3)) data.set(Buffer.from("key\0\0").subarray(0, data.length));
      chunks.splice(random.below(chunks.length + 1), 0, { kind, data, crc: random.chance(0.1) ? 1 : undefined });
      break;
    }
    case 9: // a field of the header
      if (chunks[0]!.data.length >= 13) {
        chunks[0]!.data[random.pick([3, 7, 8, 9, 10, 11, 12, random.below(13)])] = random.pick([
          0,
          1,
          2,
          3,
          4,
          8,
          16,
          random.below(256),
        ]);
        chunks[0]!.crc = undefined;
      }
      break;
    case 10: // the pixels split into chunks at other positions
      if (pixels >= 0) {
        const { data } = chunks[pixels]!;
        const cut = random.below(data.length);
        const between = random.chance(0.3)
          ? [{ kind: random.pick(KINDS.split(" ")), data: random.bytes(random.below(9)) }]
          : [];
        chunks.splice(pixels, 1, { kind: "IDAT", data: data.subarray(0, cut) }, ...between, {
          kind: "IDAT",
          data: data.subarray(cut),
        });
      }
      break;
    case 11: // pixels with other content: filters, too few or too many rows
      if (pixels >= 0) {
        try {
          const all = Buffer.concat(chunks.filter(({ kind }) => kind === "IDAT").map(({ data }) => data));
          let raw: Uint8Array = inflateSync(all);
          if (random.chance(0.6)) raw[random.below(raw.length)] = random.below(256);
          else
            raw = random.chance(0.5)
              ? raw.subarray(0, random.below(raw.length))
              : splice(raw, raw.length, 0, random.bytes(random.below(400)));
          const data = Uint8Array.from(deflateSync(raw, { windowBits: 9 + random.below(7) }));
          if (random.chance(0.3)) data[data.length - 1 - random.below(5)]! ^= 1 << random.below(8);
          if (random.chance(0.2)) data[random.below(2)] = random.below(256);
          const first = chunks.findIndex(({ kind }) => kind === "IDAT");
          const otherChunks = chunks.filter(({ kind }) => kind !== "IDAT");
          otherChunks.splice(first, 0, { kind: "IDAT", data });
          return writeChunks(source.subarray(0, 8), otherChunks, rest);
        } catch {
          return source; // already damaged
        }
      }
      break;
    default: // a name
      chunk.kind = random.chance(0.5)
        ? random.pick(KINDS.split(" "))
        : splice(Buffer.from(chunk.kind, "latin1"), random.below(4), 1, random.bytes(1)).reduce(
            (name, c) => name + String.fromCharCode(c),
            "",
          );
      if (random.chance(0.7)) chunk.crc = undefined;
  }
  return writeChunks(source.subarray(0, 8), chunks, rest);
}
