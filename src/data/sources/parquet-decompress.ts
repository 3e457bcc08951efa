import { brotliDecompressSync, unzipSync } from "node:zlib";
import { decodeWith } from "./parquet-fault.ts";
import { decompressLz4, decompressLz4Hadoop } from "./parquet-lz4.ts";
import { decompressSnappy } from "./parquet-snappy.ts";
import { openZstd } from "./parquet-zstd.ts";
import { TableFault } from "./table-columns.ts";

/** Decompresses a page. @throws TableFault for bytes that do not decompress to exactly `length` */
export type Decompress = (bytes: Uint8Array, length: number) => Uint8Array;

/** The largest page that is decompressed, bytes: 1,024 images of 1 MB, as pyarrow puts into a page where it is let to. */
const PAGE_BYTES = 1 << 30;
/** From this size on a page must be worth its claim: no more than deflate can do, and images far from it. */
const LARGE_PAGE = 64 << 20;
const RATIO = 1032;

/**
 * The decompressor of a codec.
 *
 * @param codec  as Parquet calls it: "SNAPPY"
 * @returns null where bytes are as they are
 * @throws TableFault for a codec that is not read
 */
export async function openCodec(codec: string): Promise<Decompress | null> {
  if (codec === "UNCOMPRESSED") return null;
  const decompress = await findCodec(codec);
  return (bytes, length) => {
    checkClaim(bytes.length, length);
    const page = decodeWith("compressed data", () => decompress(bytes, length));
    if (page.length === length) return page;
    throw new TableFault(`damaged: it decompresses to ${page.length} bytes, expected ${length}`);
  };
}

async function findCodec(codec: string): Promise<Decompress> {
  switch (codec) {
    case "SNAPPY":
      return decompressSnappy;
    case "GZIP":
      return (bytes, length) => plain(unzipSync(bytes, { maxOutputLength: Math.max(length, 1) }));
    case "BROTLI":
      return (bytes, length) => plain(brotliDecompressSync(bytes, { maxOutputLength: Math.max(length, 1) }));
    case "LZ4_RAW":
      return decompressLz4;
    case "LZ4":
      return decompressLz4Hadoop;
    case "ZSTD":
      return openZstd();
    default:
      throw new TableFault(`compressed by ${codec}, which is not read; write it with snappy, zstd or uncompressed`);
  }
}

/** A buffer's bytes as the other decompressors give them. */
function plain({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

function checkClaim(bytes: number, length: number): void {
  if (length > PAGE_BYTES) {
    throw new TableFault(
      `a page of ${length} bytes, ${PAGE_BYTES} are the most that is decompressed; write smaller row groups`,
    );
  }
  if (length > LARGE_PAGE && length > RATIO * bytes) {
    throw new TableFault(`a page of ${bytes} bytes that claims ${length}: damaged, or a decompression bomb`);
  }
}
