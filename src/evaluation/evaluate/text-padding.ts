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
 * Warns of a checkpoint whose padding id affects its text embeddings but is not stated by any file. The test runs the
 * text graph, so its outcome is stored with the text embeddings.
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

/** Tests whether padding affects embeddings, and stores the outcome; skipped if a file states the padding id. */
export async function probePadding({ checkpoint, folder, key }: TextPlace, encoder: TextEncoder): Promise<boolean> {
  const { text } = checkpoint;
  if (text === null || text.isPaddingExplicit) return false;
  const takesPart = await encoder.paddingTakesPart();
  await checkpoint.checkUnchanged(); // the encoder was loaded long after hashing; check that its files are unchanged
  const probed: z.infer<typeof PROBED> = { of: key, takes_part: takesPart };
  await atomicWrite(join(folder, PADDING_FILE), `${JSON.stringify(probed)}\n`);
  return takesPart;
}

/** @returns null if it was not tested, or the stored outcome belongs to something else */
async function readProbe({ folder, key }: TextPlace): Promise<boolean | null> {
  const kept = await readJson(join(folder, PADDING_FILE)).catch(() => null);
  const probed = PROBED.safeParse(kept);
  return probed.success && probed.data.of === key ? probed.data.takes_part : null;
}
