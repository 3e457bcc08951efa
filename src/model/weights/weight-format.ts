import { InputError } from "../../foundation/errors.ts";
import type { WeightFile } from "./weight-file.ts";

/** The format of a file, detected from its first bytes. */
export type WeightFileKind = "safetensors" | "index" | "zip";

/** Number of bytes that are inspected at the start of a file. */
const HEAD_BYTES = 512;
/**
 * PyTorch's magic number, pickled: the start of files that torch.save wrote before 1.6. Source: torch/serialization.py,
 * `MAGIC_NUMBER`
 */
const LEGACY = Buffer.from("80028a0a6cfc9c46f9206aa850192e", "hex");

const SAVE_AGAIN = 'torch.save(torch.load(path, map_location="cpu", weights_only=True), new_path)';
const CONVERT = "convert it in PyTorch and save the state dict with torch.save or safetensors";

interface Refusal {
  readonly matches: (head: Buffer, path: string) => boolean;
  readonly message: string;
}

/** Known formats that are not supported, each with advice. */
const REFUSED: readonly Refusal[] = [
  { matches: (head) => head.length === 0, message: "an empty file; fetch it again" },
  {
    matches: (head) => begins(head, "version https://git-lfs"),
    message: 'a Git LFS pointer, not weights; fetch them with "git lfs pull"',
  },
  {
    matches: (head) => /^\s*<(?:!doctype|html|\?xml)/i.test(head.toString("latin1", 0, 64)),
    message: "a web page, not weights: the download failed; fetch the file again",
  },
  {
    matches: (head) => head.subarray(0, LEGACY.length).equals(LEGACY),
    message: `weights in the format of PyTorch before 1.6, which is not supported; save them again: ${SAVE_AGAIN}`,
  },
  {
    matches: (head) => head[0] === 0x80 && (head[1] as number) >= 2 && (head[1] as number) <= 5,
    message: `a plain pickle, not a file of torch.save; load it in Python and ${CONVERT}`,
  },
  {
    matches: (head) => head.length >= 262 && head.toString("latin1", 257, 262) === "ustar",
    message: `a tar archive, either of weight files or written by PyTorch before 0.1.10; unpack it, or ${SAVE_AGAIN}`,
  },
  { matches: (head) => begins(head, "GGUF"), message: `a GGUF file, which is not supported; ${CONVERT}` },
  { matches: (head) => begins(head, "\x89HDF\r\n"), message: `an HDF5 file of Keras or TensorFlow; ${CONVERT}` },
  { matches: (head) => begins(head, "\x93NUMPY"), message: `a NumPy array; ${CONVERT}` },
  {
    matches: (head) => ["\x1f\x8b", "\x28\xb5\x2f\xfd", "\xfd7zXZ", "BZh"].some((magic) => begins(head, magic)),
    message: "a compressed file; decompress it",
  },
  {
    matches: (head, path) => path.endsWith(".msgpack") || isMessagePack(head),
    message: `Flax weights (msgpack), which are not supported; ${CONVERT}`,
  },
];

/**
 * Detects the format of a weight file from its content.
 *
 * @throws InputError with the format and advice if the file is not supported
 */
export function weightFileKind(file: WeightFile): WeightFileKind {
  const head = file.read(0, Math.min(file.size, HEAD_BYTES));
  for (const { matches, message } of REFUSED) {
    if (matches(head, file.path)) throw new InputError(`${file.path}: ${message}`);
  }
  if (begins(head, "PK\x03\x04") || begins(head, "PK\x05\x06")) return "zip";
  if (head[8] === 0x7b && head.readUInt32LE(4) === 0) return "safetensors";
  if (file.path.endsWith(".safetensors")) return "safetensors"; // its reader reports the fault
  if (/^\s*\{/.test(head.toString("latin1"))) return "index";
  throw new InputError(
    `${file.path}: neither safetensors nor PyTorch weights; expected a .safetensors file, its .index.json, or a file of torch.save`,
  );
}

/** Whether the bytes begin with a msgpack map whose first key is a string. */
function isMessagePack(head: Buffer): boolean {
  const [first = 0] = head;
  const name = first === 0xde ? head[3] : first === 0xdf ? head[5] : first > 0x80 && first < 0x90 ? head[1] : undefined;
  return name !== undefined && ((name >= 0xa1 && name < 0xc0) || name === 0xd9);
}

function begins(head: Buffer, magic: string): boolean {
  return head.toString("latin1", 0, magic.length) === magic;
}
