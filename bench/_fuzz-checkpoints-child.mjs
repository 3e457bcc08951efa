// Opens checkpoints that a parent process names, embeds with them, and reports the result; the parent detects crashes and hangs.
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { InputError, openCheckpoint } from "../dist/index.js";

const TEXTS = ["a photo of a dog.", "a red apple on the table", "x"];
const IMAGES = 2;
/** Tolerance between our graph and onnxruntime's run of the file: another batch, other threads. */
const SAME = 2e-4;

process.on("message", async (path) => {
  let outcome;
  try {
    outcome = await embed(path);
  } catch (error) {
    outcome = error instanceof InputError ? { refused: error.message } : { defect: String(error?.stack ?? error) };
  }
  process.send(outcome);
});

async function embed(path) {
  const checkpoint = await openCheckpoint(path);
  const checks = checkpoint.exportChecks(await checkpoint.runExport({ threads: 1 }));
  const flagged = [...checks.filter(({ status }) => status !== "ok").map(({ name }) => name), ...checkpoint.warnings];
  // An evaluation stops at such an export, so further differences, such as mixed rows of a batch, are not faults
  const unsound = checks.some(({ status }) => status === "failed");
  const { size } = checkpoint.preprocessing;
  const [height, width] = Array.isArray(size) ? size : [size.height ?? size, size.width ?? size];
  const pixels = Float32Array.from({ length: IMAGES * 3 * height * width }, (_, i) => Math.sin(i * 0.37 + (i % 7)));
  const images = await use(await checkpoint.openImageEncoder({ threads: 1 }), (encoder) =>
    encoder.encode(pixels, IMAGES),
  );
  const faults = [];
  if (!images.every(Number.isFinite)) faults.push("image embeddings that are not numbers");
  const tower = checkpoint.imageTower;
  const whole = await runWhole(tower.path, tower.embedding?.name, pixels.subarray(0, 3 * height * width), [
    1,
    3,
    height,
    width,
  ]);
  if (whole !== null && !unsound && differs(whole, images.subarray(0, images.length / IMAGES))) {
    faults.push("image embeddings that differ from onnxruntime's run of the file");
  }
  let texts = new Float32Array(0);
  const { tokenizer } = checkpoint;
  if (tokenizer !== null) {
    await use(await checkpoint.openTextEncoder({ threads: 1 }), async (encoder) => {
      const rows = TEXTS.map((text) => tokenizer.encode(text, encoder.contextLength));
      texts = await encoder.encode(rows);
      const file = checkpoint.files.find(({ role }) => role === "text");
      const padded = new Int32Array(encoder.contextLength).fill(tokenizer.padId);
      padded.set(rows[0]);
      const direct =
        file === undefined ? null : await runWhole(join(path, file.path), undefined, padded, [1, padded.length]);
      if (direct !== null && !unsound && differs(direct, texts.subarray(0, texts.length / TEXTS.length))) {
        faults.push("text embeddings that differ from onnxruntime's run of the file");
      }
    });
    if (!texts.every(Number.isFinite)) faults.push("text embeddings that are not numbers");
  }
  const digest = createHash("sha256").update(bytesOf(images)).update(bytesOf(texts)).digest("hex").slice(0, 16);
  return { digest, fingerprint: checkpoint.fingerprint, flagged, faults, compared: whole !== null };
}

async function use(encoder, work) {
  try {
    return await work(encoder);
  } finally {
    await encoder.close();
  }
}

/** A direct run of the file, if it has a single input of float32 or token ids and a single output; otherwise null. */
async function runWhole(path, output, values, dims) {
  let session;
  try {
    session = await ort.InferenceSession.create(path, { logSeverityLevel: 4, intraOpNumThreads: 1 });
    const [input] = session.inputNames;
    const [{ type }] = session.inputMetadata;
    if (session.inputNames.length !== 1 || (output === undefined && session.outputNames.length !== 1)) return null;
    const data = type === "int64" ? BigInt64Array.from(values, BigInt) : values;
    const name = output ?? session.outputNames[0];
    const result = await session.run({ [input]: new ort.Tensor(type, data, dims) }, [name]);
    return result[name].type === "float32" ? result[name].data : null;
  } catch {
    return null; // a fixed batch of another size
  } finally {
    await session?.release();
  }
}

function differs(a, b) {
  if (a.length !== b.length) return true;
  const scale = Math.max(1e-6, ...a.map(Math.abs));
  return a.some((value, i) => !(Math.abs(value - b[i]) <= SAME * scale));
}

function bytesOf(values) {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
