/*
 * ZipCrypto, the encryption that every zip program supports. Any key gives some content, so decrypted data must be
 * checked with their CRC-32.
 * Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 6.1
 */

/** Bytes before the data; the last of them detects most wrong passwords. */
export const CRYPTO_HEADER_BYTES = 12;

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

export type CryptoKeys = readonly [number, number, number];

/** Derives the keys from a password. */
export function cryptoKeys(password: Uint8Array): CryptoKeys {
  let keys: CryptoKeys = [0x12345678, 0x23456789, 0x34567890];
  for (const byte of password) keys = updateKeys(keys, byte);
  return keys;
}

function updateKeys([a, b, c]: CryptoKeys, byte: number): CryptoKeys {
  const first = (CRC_TABLE[(a ^ byte) & 255] as number) ^ (a >>> 8);
  const second = (Math.imul((b + (first & 255)) | 0, 134775813) + 1) | 0;
  return [first, second, (CRC_TABLE[(c ^ (second >>> 24)) & 255] as number) ^ (c >>> 8)];
}

/** Decrypts in place, starting with the header. */
export function decryptZipCrypto(bytes: Uint8Array, keys: CryptoKeys): void {
  let [a, b, c] = keys;
  for (let i = 0; i < bytes.length; i++) {
    const mask = (c & 0xffff) | 2;
    const byte = (bytes[i] as number) ^ ((Math.imul(mask, mask ^ 1) >>> 8) & 255);
    bytes[i] = byte;
    a = (CRC_TABLE[(a ^ byte) & 255] as number) ^ (a >>> 8);
    b = (Math.imul((b + (a & 255)) | 0, 134775813) + 1) | 0;
    c = (CRC_TABLE[(c ^ (b >>> 24)) & 255] as number) ^ (c >>> 8);
  }
}
