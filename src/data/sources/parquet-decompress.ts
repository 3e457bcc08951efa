import { brotliDecompressSync, unzipSync } from "node:zlib";
import { decodeWith } from "./parquet-fault.ts";
import { decompressLz4, decompressLz4Hadoop } from "./parquet-lz4.ts";
import { decompressSnappy } from "./parquet-snappy.ts";
import { openZstd } from "./parquet-zstd.ts";
import { TableFault } from "./table-columns.ts";

/** Decompresses a page. @throws TableFault for bytes that do not decompress to exactly `length` */
export type Decompress = (bytes: Uint8Array, length: number) => Uint8Array;

/** Maximum decompressed size of a page in bytes: 1,024 images of 1 MB, which pyarrow writes into a page if allowed. */
const PAGE_BYTES = 1 << 30;
/**
 * Pages from this size on must have a plausible compression ratio: at most that of deflate, which images do not come
 * near.
 */
const LARGE_PAGE = 64 << 20;
const RATIO = 1032;

/**
 * Returns the decompressor of a codec.
 *
 * @param codec  by its name in Parquet: "SNAPPY"
 * @returns null where bytes are not compressed
 * @throws TableFault for a codec that is not supported
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
      throw new TableFault(
        `compressed by ${codec}, which is not supported; write it with snappy, zstd or uncompressed`,
      );
  }
}

/** Returns a buffer's bytes in the form of the other decompressors. */
function plain({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

function checkClaim(bytes: number, length: number): void {
  if (length > PAGE_BYTES) {
    throw new TableFault(`a page of ${length} bytes, the maximum is ${PAGE_BYTES}; write smaller row groups`);
  }
  if (length > LARGE_PAGE && length > RATIO * bytes) {
    throw new TableFault(`a page of ${bytes} bytes that claims ${length}: damaged, or a decompression bomb`);
  }
}
