import { InputError } from "../../foundation/errors.ts";
import type { WeightFile } from "./weight-file.ts";

/** What a file is by its first bytes. */
export type WeightFileKind = "safetensors" | "index" | "zip";

/** Bytes of the beginning that are looked at. */
const HEAD_BYTES = 512;
/** PyTorch's own magic number, pickled: what torch.save wrote before 1.6. Source: torch/serialization.py, `MAGIC_NUMBER` */
const LEGACY = Buffer.from("80028a0a6cfc9c46f9206aa850192e", "hex");

const SAVE_AGAIN = 'torch.save(torch.load(path, map_location="cpu", weights_only=True), new_path)';
const CONVERT = "convert it in PyTorch and save the state dict with torch.save or safetensors";

interface Refusal {
  readonly matches: (head: Buffer, path: string) => boolean;
  readonly message: string;
}

/** Formats that are known and not read, each with what to do. */
const REFUSED: readonly Refusal[] = [
  { matches: (head) => head.length === 0, message: "an empty file; fetch it again" },
  {
    matches: (head) => begins(head, "version https://git-lfs"),
    message: 'a Git LFS pointer, not the weights; fetch them with "git lfs pull"',
  },
  {
    matches: (head) => /^\s*<(?:!doctype|html|\?xml)/i.test(head.toString("latin1", 0, 64)),
    message: "a web page, not weights: the download failed; fetch the file again",
  },
  {
    matches: (head) => head.subarray(0, LEGACY.length).equals(LEGACY),
    message: `weights as PyTorch wrote them before 1.6, which are not read; save them again: ${SAVE_AGAIN}`,
  },
  {
    matches: (head) => head[0] === 0x80 && (head[1] as number) >= 2 && (head[1] as number) <= 5,
    message: `a plain pickle, not weights as torch.save writes them; load it in Python and ${CONVERT}`,
  },
  {
    matches: (head) => head.length >= 262 && head.toString("latin1", 257, 262) === "ustar",
    message: `a tar archive, as PyTorch wrote weights before 0.1.10, or of weight files; unpack it, or ${SAVE_AGAIN}`,
  },
  { matches: (head) => begins(head, "GGUF"), message: `a GGUF file, which is not read; ${CONVERT}` },
  { matches: (head) => begins(head, "\x89HDF\r\n"), message: `an HDF5 file of Keras or TensorFlow; ${CONVERT}` },
  { matches: (head) => begins(head, "\x93NUMPY"), message: `a NumPy array; ${CONVERT}` },
  {
    matches: (head) => ["\x1f\x8b", "\x28\xb5\x2f\xfd", "\xfd7zXZ", "BZh"].some((magic) => begins(head, magic)),
    message: "a compressed file; decompress it",
  },
  {
    matches: (head, path) => path.endsWith(".msgpack") || isMessagePack(head),
    message: `weights of Flax (msgpack), which are not read; ${CONVERT}`,
  },
];

/**
 * Tells the format of a weight file from its content.
 *
 * @throws InputError naming what it is instead and what to do
 */
export function weightFileKind(file: WeightFile): WeightFileKind {
  const head = file.read(0, Math.min(file.size, HEAD_BYTES));
  for (const { matches, message } of REFUSED) {
    if (matches(head, file.path)) throw new InputError(`${file.path}: ${message}`);
  }
  if (begins(head, "PK\x03\x04") || begins(head, "PK\x05\x06")) return "zip";
  if (head[8] === 0x7b && head.readUInt32LE(4) === 0) return "safetensors";
  if (file.path.endsWith(".safetensors")) return "safetensors"; // its reader says what is wrong
  if (/^\s*\{/.test(head.toString("latin1"))) return "index";
  throw new InputError(
    `${file.path}: neither safetensors nor weights of PyTorch; expected a .safetensors file, its .index.json, or what torch.save writes`,
  );
}

/** A map with few entries or many, whose first name is a text. */
function isMessagePack(head: Buffer): boolean {
  const [first = 0] = head;
  const name = first === 0xde ? head[3] : first === 0xdf ? head[5] : first > 0x80 && first < 0x90 ? head[1] : undefined;
  return name !== undefined && ((name >= 0xa1 && name < 0xc0) || name === 0xd9);
}

function begins(head: Buffer, magic: string): boolean {
  return head.toString("latin1", 0, magic.length) === magic;
}
