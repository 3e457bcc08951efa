import { createCipheriv, createHmac, pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { EntryFault } from "../../foundation/files/zip-entry.ts";

/*
 * WinZip's encryption: salt, two bytes that detect most wrong passwords, data, and ten bytes of their HMAC-SHA1.
 * Source: https://www.winzip.com/en/support/aes-encryption/ (AE-1 and AE-2)
 */
export const AES_METHOD = 99;
export const AES_FIELD = 0x9901;
const VERIFIER_BYTES = 2;
const HMAC_BYTES = 10;
const ITERATIONS = 1000;
const BLOCK = 16;
/** Bytes of key stream generated at a time. */
const STREAM_BYTES = 1 << 16;

/** How an entry is encrypted. */
export interface AesSettings {
  /** 16, 24 or 32 */
  readonly keyBytes: number;
  /** of the encrypted data: 0 stored, 8 deflated */
  readonly method: number;
  /** whether the CRC-32 is valid (AE-1); AE-2 has none */
  readonly hasCrc: boolean;
}

/**
 * Parses the extra field of an entry whose method is {@link AES_METHOD}. @throws the error from `fault` for a damaged
 * field
 */
export function aesSettings(field: Buffer | null, fault: EntryFault): AesSettings {
  const [version, strength] = field?.length === 7 ? [field.readUInt16LE(0), field[4] as number] : [0, 0];
  const isKnown = (version === 1 || version === 2) && field?.toString("latin1", 2, 4) === "AE";
  if (field === null || !isKnown || strength < 1 || strength > 3) {
    throw fault("its field of AES settings is damaged or has an unsupported version");
  }
  return { keyBytes: 8 + 8 * strength, method: field.readUInt16LE(5), hasCrc: version === 1 };
}

/** Returns the bytes that encryption adds before the data. */
export function aesHeaderBytes({ keyBytes }: AesSettings): number {
  return keyBytes / 2 + VERIFIER_BYTES;
}

/** Returns the total bytes that encryption adds. */
export function aesOverhead(settings: AesSettings): number {
  return aesHeaderBytes(settings) + HMAC_BYTES;
}

/**
 * Decrypts in place.
 *
 * @param bytes     starting with the salt
 * @param isWhole   whether they include the HMAC, which is then checked
 * @returns the data, a view; "password" where the password is wrong, "damaged" where the HMAC does not match the data
 */
export async function decryptAes(
  bytes: Buffer,
  settings: AesSettings,
  password: Uint8Array,
  isWhole: boolean,
): Promise<Buffer | "password" | "damaged"> {
  const { keyBytes } = settings;
  const header = aesHeaderBytes(settings);
  const salt = bytes.subarray(0, keyBytes / 2);
  const keys = await promisify(pbkdf2)(password, salt, ITERATIONS, 2 * keyBytes + VERIFIER_BYTES, "sha1");
  if (!keys.subarray(2 * keyBytes).equals(bytes.subarray(salt.length, header))) return "password";
  const data = bytes.subarray(header, isWhole ? bytes.length - HMAC_BYTES : bytes.length);
  if (isWhole) {
    const digest = createHmac("sha1", keys.subarray(keyBytes, 2 * keyBytes))
      .update(data)
      .digest();
    if (!timingSafeEqual(digest.subarray(0, HMAC_BYTES), bytes.subarray(bytes.length - HMAC_BYTES))) return "damaged";
  }
  applyKeyStream(data, keys.subarray(0, keyBytes));
  return data;
}

/** Applies counter mode with a counter that begins at 1 and is little-endian, which libraries do not offer. */
function applyKeyStream(data: Buffer, key: Buffer): void {
  const cipher = createCipheriv(`aes-${8 * key.length}-ecb`, key, null).setAutoPadding(false);
  const counters = Buffer.alloc(Math.min(STREAM_BYTES, Math.ceil(data.length / BLOCK) * BLOCK));
  let counter = 1;
  for (let from = 0; from < data.length; from += counters.length) {
    // an image has fewer than 2^32 blocks
    for (let at = 0; at < counters.length; at += BLOCK) counters.writeUInt32LE(counter++, at);
    const stream = cipher.update(counters);
    const end = Math.min(data.length - from, stream.length);
    const piece = data.subarray(from, from + end);
    for (let i = 0; i < end; i++) piece[i] = (piece[i] as number) ^ (stream[i] as number);
  }
}
