import { join } from "node:path";
import { z } from "zod";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { readJson } from "../../foundation/files/read-text.ts";
import { makeWarning, type Note } from "../../foundation/notes.ts";
import type { TextEncoder } from "../../model/checkpoint/encoders.ts";
import { warnOfPadding } from "../../model/checkpoint/padding-probe.ts";
import type { Runtime } from "../../model/onnx/runtime.ts";
import { PADDING_FILE } from "../store/list-store.ts";
import type { TextPlace } from "./text-plan.ts";

const PROBED = z.strictObject({ of: z.string(), takes_part: z.boolean() });

/**
 * Warns of a checkpoint whose padding takes part in its text embeddings and is named by no file. The trial runs the text
 * graph, so its outcome is kept beside the text embeddings.
 */
export async function warnOfTextPadding(place: TextPlace, runtime: Runtime): Promise<Note[]> {
  const { checkpoint } = place;
  const { id, text } = checkpoint;
  if (text === null || text.isPaddingExplicit) return [];
  let takesPart = await readProbe(place);
  if (takesPart === null) {
    const encoder = await checkpoint.openTextEncoder(runtime);
    try {
      takesPart = await probePadding(place, encoder);
    } finally {
      await encoder.close();
    }
  }
  return warnOfPadding(text, takesPart).map((warning) => makeWarning(`${id}: ${warning}`, { checkpoint: id }));
}

/** Tries whether padding takes part, and keeps the outcome; nothing is tried where a file names the padding. */
export async function probePadding({ checkpoint, folder, key }: TextPlace, encoder: TextEncoder): Promise<boolean> {
  const { text } = checkpoint;
  if (text === null || text.isPaddingExplicit) return false;
  const takesPart = await encoder.paddingTakesPart();
  await checkpoint.checkUnchanged(); // what the encoder loaded, long after the hashing, was this
  const probed: z.infer<typeof PROBED> = { of: key, takes_part: takesPart };
  await atomicWrite(join(folder, PADDING_FILE), `${JSON.stringify(probed)}\n`);
  return takesPart;
}

/** @returns null where it was not tried, or what is kept is of something else */
async function readProbe({ folder, key }: TextPlace): Promise<boolean | null> {
  const kept = await readJson(join(folder, PADDING_FILE)).catch(() => null);
  const probed = PROBED.safeParse(kept);
  return probed.success && probed.data.of === key ? probed.data.takes_part : null;
}
