import { decodeImage } from "../../../../src/data/image/decode.ts";
import { InputError } from "../../../../src/foundation/errors.ts";
import { sha256 } from "../../../../src/foundation/files/sha256.ts";

export type Outcome = "equal pixels" | "both refuse" | "only ours refuses" | "only Pillow refuses" | "pixels differ";

/**
 * Our result in the form of pillow-verdicts.py: width, height and SHA-256 of the RGB bytes, or "refused" and the
 * reason.
 */
export async function ourVerdict(bytes: Uint8Array): Promise<string> {
  try {
    const { data, width, height } = await decodeImage(bytes);
    return `${width} ${height} ${sha256(data)}`;
  } catch (error) {
    if (error instanceof InputError) return `refused ${error.message}`;
    throw error;
  }
}

export function judge(ours: string, theirs: string): Outcome {
  const refused = ours.startsWith("refused");
  if (theirs.startsWith("refused")) return refused ? "both refuse" : "only Pillow refuses";
  if (refused) return "only ours refuses";
  return ours === theirs ? "equal pixels" : "pixels differ";
}
