import { promisify } from "node:util";
import { constants, crc32, inflateRaw, inflateRawSync } from "node:zlib";
import { InputError } from "../../foundation/errors.ts";
import { MAX_BYTES } from "../../foundation/files/regular-file.ts";
import {
  checkLocalHeader,
  type EntryFault,
  extraField,
  LOCAL_BYTES,
  localLength,
  type ZipEntry,
} from "../../foundation/files/zip-entry.ts";
import type { ByteSource } from "./byte-source.ts";
import {
  AES_FIELD,
  AES_METHOD,
  type AesSettings,
  aesHeaderBytes,
  aesOverhead,
  aesSettings,
  decryptAes,
} from "./zip-aes.ts";
import { CRYPTO_HEADER_BYTES, type CryptoKeys, decryptZipCrypto } from "./zip-crypto.ts";

const STORED = 0;
const DEFLATED = 8;
const METHODS: Readonly<Record<number, string>> = {
  1: "Shrink",
  6: "Implode",
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "Zstandard",
  95: "XZ",
  96: "WinZip's JPEG",
  97: "WavPack",
  98: "PPMd",
};

/** Maximum number of bytes that deflate makes from one. */
const MAX_RATIO = 1032;

/** Maximum usual size of a local header's extra field: one read returns header and data. */
const SPARE_BYTES = 64;

/** Maximum number of bytes that deflate adds to some thousands of bytes that it cannot compress. */
const DEFLATE_SLACK = 2048;

/** A password, in the forms that are used. */
export interface ZipPassword {
  /** its source, for messages */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly keys: CryptoKeys;
}

/** How an entry's data are stored. */
export interface Packing {
  readonly isDeflated: boolean;
  readonly encryption: "none" | "ZipCrypto" | AesSettings;
  /** bytes of the stored data, without those that encryption adds */
  readonly packedSize: number;
}

/**
 * Determines how an entry is stored.
 *
 * @throws the error from `fault` for an unsupported method, or impossible sizes
 */
export function packingOf(entry: ZipEntry, fault: EntryFault): Packing {
  if (entry.strong) throw fault("it is encrypted in a way that only PKWARE's programs read; encrypt it with AES");
  const isAes = entry.method === AES_METHOD;
  if (isAes && !entry.encrypted)
    throw fault("its method is AES encryption, but its flag states that it is not encrypted");
  const aes = isAes
    ? aesSettings(
        extraField(entry.extra, AES_FIELD, () => fault),
        fault,
      )
    : null;
  const method = aes?.method ?? entry.method;
  if (method !== STORED && method !== DEFLATED) {
    throw fault(
      `it is compressed by ${METHODS[method] ?? `method ${method}`}, expected stored or deflated; pack it again`,
    );
  }
  const encryption = aes ?? (entry.encrypted ? "ZipCrypto" : "none");
  const added = aes !== null ? aesOverhead(aes) : entry.encrypted ? CRYPTO_HEADER_BYTES : 0;
  const packedSize = entry.storedSize - added;
  const isPossible =
    method === STORED ? packedSize === entry.size : packedSize >= 0 && entry.size <= MAX_RATIO * packedSize;
  if (!isPossible) throw fault(`its ${entry.storedSize} stored bytes cannot give the ${entry.size} that it claims`);
  if (entry.size > MAX_BYTES || entry.storedSize > MAX_BYTES) {
    throw fault(`it claims ${entry.size} bytes; the maximum is ${MAX_BYTES}`);
  }
  return { isDeflated: method === DEFLATED, encryption, packedSize };
}

/** A member in its file. */
export interface PlacedEntry {
  readonly entry: ZipEntry;
  /** possible positions of its local header in the file; several where offsets are stored modulo 4 GiB */
  readonly places: readonly number[];
  /** makes the error for a fault of this member */
  readonly fault: EntryFault;
}

/**
 * Reads a whole member, and checks its length and its CRC-32 or HMAC.
 *
 * @param password  null where none is given
 */
export async function readZipMember(
  bytes: ByteSource,
  { entry, places, fault }: PlacedEntry,
  password: ZipPassword | null,
): Promise<Uint8Array> {
  const packing = packingOf(entry, fault);
  const raw = await readRaw(bytes, entry, places, entry.storedSize, fault);
  const packed = await decrypt(raw, entry, packing, password, fault);
  const content = packing.isDeflated ? await inflate(packed, entry, fault) : packed;
  const { encryption } = packing;
  const hasCrc = typeof encryption === "string" || encryption.hasCrc;
  if (content.length !== entry.size || (hasCrc && crc32(content) !== entry.crc)) throw fault(DAMAGED[kindOf(packing)]);
  return content;
}

/**
 * Reads a member's first bytes. They are unchecked unless they are the whole member, and most wrong passwords for
 * encrypted data are detected, but not all.
 *
 * @returns a view of `into`
 */
export async function readZipHead(
  bytes: ByteSource,
  member: PlacedEntry,
  password: ZipPassword | null,
  into: Uint8Array,
): Promise<Uint8Array> {
  const { entry, places, fault } = member;
  const packing = packingOf(entry, fault);
  const head = into.subarray(0, Math.min(into.length, entry.size));
  const { encryption, isDeflated, packedSize } = packing;
  const header =
    encryption === "none" ? 0 : encryption === "ZipCrypto" ? CRYPTO_HEADER_BYTES : aesHeaderBytes(encryption);
  const wanted = head.length + (isDeflated ? DEFLATE_SLACK : 0);
  if (head.length < entry.size && wanted < packedSize) {
    const raw = await readRaw(bytes, entry, places, header + wanted, fault);
    const packed = await decrypt(raw, entry, packing, password, fault);
    const content = isDeflated ? inflateStart(packed, fault, packing) : packed;
    if (content.length >= head.length) {
      head.set(content.subarray(0, head.length));
      return head;
    }
  }
  const whole = await readZipMember(bytes, member, password);
  head.set(whole.subarray(0, head.length));
  return head;
}

const DAMAGED = {
  plain: "damaged: its CRC-32 does not match its data; fetch the archive again",
  encrypted: "the password is wrong, or its data are damaged: its checksum does not match",
} as const;

function kindOf({ encryption }: Packing): keyof typeof DAMAGED {
  return encryption === "none" ? "plain" : "encrypted";
}

/** Reads the first stored bytes of a member into new memory. Its local header is checked. */
async function readRaw(
  bytes: ByteSource,
  entry: ZipEntry,
  places: readonly number[],
  length: number,
  fault: EntryFault,
): Promise<Buffer> {
  let failure: unknown = null;
  for (const place of places) {
    try {
      return await readRawAt(bytes, entry, place, length, fault);
    } catch (cause) {
      if (!(cause instanceof InputError)) throw cause;
      failure = cause;
    }
  }
  throw failure ?? fault("there is no header where the directory states one");
}

async function readRawAt(
  bytes: ByteSource,
  entry: ZipEntry,
  place: number,
  length: number,
  fault: EntryFault,
): Promise<Buffer> {
  const minimumBytes = LOCAL_BYTES + entry.nameBytes.length;
  const cut = () => fault("the file ends within its data; fetch the archive again");
  if (place + minimumBytes + length > bytes.byteLength) throw cut();
  let first = Buffer.from(
    await bytes.slice(place, Math.min(place + minimumBytes + SPARE_BYTES + length, bytes.byteLength)),
  );
  const start = first.length < LOCAL_BYTES ? 0 : localLength(first);
  if (start > first.length) first = Buffer.from(await bytes.slice(place, Math.min(place + start, bytes.byteLength)));
  checkLocalHeader(first.subarray(0, Math.max(start, 0)), entry, fault);
  if (place + start + length > bytes.byteLength) throw cut();
  if (start + length <= first.length) return first.subarray(start, start + length);
  const raw = Buffer.from(await bytes.slice(place + start, place + start + length));
  if (raw.length < length) throw cut();
  return raw;
}

async function decrypt(
  raw: Buffer,
  entry: ZipEntry,
  { encryption }: Packing,
  password: ZipPassword | null,
  fault: EntryFault,
): Promise<Buffer> {
  if (encryption === "none") return raw;
  if (password === null) throw fault(NO_PASSWORD);
  const wrong = () =>
    fault(`encrypted, and the password in ${password.file} is wrong; write the right password on its first line`);
  if (encryption === "ZipCrypto") {
    decryptZipCrypto(raw, password.keys);
    const check = raw[CRYPTO_HEADER_BYTES - 1];
    // of the CRC or, where that was not known when it was written, of the time
    if (check !== entry.crc >>> 24 && check !== entry.time >>> 8) throw wrong();
    return raw.subarray(CRYPTO_HEADER_BYTES);
  }
  const isWhole = raw.length === entry.storedSize;
  const data = await decryptAes(raw, encryption, password.bytes, isWhole);
  if (data === "password") throw wrong();
  if (data === "damaged") throw fault(DAMAGED.encrypted);
  return data;
}

const NO_PASSWORD = "encrypted; pass --zip-password-file FILE, a file whose first line is the password";

/** Inflates data, never to more bytes than the entry claims. */
async function inflate(packed: Buffer, entry: ZipEntry, fault: EntryFault): Promise<Buffer> {
  const chunkSize = Math.max(64, Math.min(entry.size + 1, MAX_CHUNK));
  try {
    return await promisify(inflateRaw)(packed, { maxOutputLength: Math.max(1, entry.size), chunkSize });
  } catch (cause) {
    throw inflateFault(cause, fault, entry.encrypted);
  }
}

/** Maximum memory that is allocated for the data at once; more is allocated as needed. */
const MAX_CHUNK = 1 << 20;

function inflateStart(packed: Buffer, fault: EntryFault, packing: Packing): Buffer {
  try {
    return inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw inflateFault(cause, fault, packing.encryption !== "none");
  }
}

function inflateFault(cause: unknown, fault: EntryFault, isEncrypted: boolean): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (isEncrypted && (code === "ERR_BUFFER_TOO_LARGE" || code?.startsWith("Z_"))) return fault(DAMAGED.encrypted);
  if (code === "ERR_BUFFER_TOO_LARGE")
    return fault("damaged: it has more data than it claims; fetch the archive again");
  return code?.startsWith("Z_") ? fault("damaged: its data cannot be decompressed; fetch the archive again") : cause;
}
