import { TableFault } from "./table-columns.ts";

/** Shorter runs are copied byte by byte, because a call costs more. */
const SHORT = 24;

/**
 * Decompresses raw snappy. Literals, of which compressed images consist, are copied whole. This is two to four times as
 * fast as hyparquet's decoders, which also accept a stream that is shorter than claimed.
 *
 * @throws TableFault for bytes that do not decompress to exactly `length`
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */
export function decompressSnappy(input: Uint8Array, length: number): Uint8Array {
  const damaged = () => new TableFault("damaged: its snappy data cannot be decompressed");
  let at = 0;
  let claimed = 0;
  for (let shift = 0, byte = 128; byte >= 128; shift += 7) {
    if (at >= input.length || shift > 28) throw damaged();
    byte = input[at++] as number;
    claimed += (byte & 127) * 2 ** shift;
  }
  if (claimed !== length) throw new TableFault(`damaged: its snappy data have ${claimed} bytes, expected ${length}`);
  const output = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer); // filled completely, or refused
  let filled = 0;
  while (at < input.length) {
    const tag = input[at++] as number;
    const kind = tag & 3;
    let size = (tag >>> 2) + 1;
    if (kind === 0) {
      if (size > 60) {
        const sizeBytes = size - 60;
        if (at + sizeBytes > input.length) throw damaged();
        size = 1;
        for (let i = 0; i < sizeBytes; i++) size += (input[at++] as number) * 2 ** (8 * i);
      }
      if (at + size > input.length || filled + size > length) throw damaged();
      if (size < SHORT) for (let i = 0; i < size; i++) output[filled + i] = input[at + i] as number;
      else output.set(input.subarray(at, at + size), filled);
      at += size;
      filled += size;
      continue;
    }
    const offsetBytes = kind === 3 ? 4 : kind;
    if (at + offsetBytes > input.length) throw damaged();
    let offset = input[at] as number;
    if (kind === 1) {
      size = ((tag >>> 2) & 7) + 4;
      offset += (tag >>> 5) * 256;
    } else for (let i = 1; i < offsetBytes; i++) offset += (input[at + i] as number) * 2 ** (8 * i);
    at += offsetBytes;
    if (offset === 0 || offset > filled || filled + size > length) throw damaged();
    for (let i = 0; i < size; i++) output[filled + i] = output[filled - offset + i] as number; // may overlap: at most 64
    filled += size;
  }
  if (filled !== length) throw damaged();
  return output;
}
