// Only the work of an evaluation on an image before the model: read, hash, decode, resample, normalize, on as many threads as
// there are cores. Prints JSON: images, seconds, CPU seconds, mean file size in bytes.
//   node decode-loop.mjs FOLDER PREPROCESSING-JSON SECONDS
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

if (isMainThread) {
  const [folder, preprocessing, seconds] = process.argv.slice(2);
  const files = readdirSync(folder, { recursive: true }).filter((path) => /\.(?:jpe?g|png)$/i.test(path));
  const setup = { files: files.map((path) => join(folder, path)), preprocessing: JSON.parse(preprocessing) };
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(new URL(import.meta.url), { workerData: setup }),
  );
  const all = (message) =>
    Promise.all(
      workers.map((worker) => {
        const answer = new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
        worker.postMessage(message);
        return answer;
      }),
    );
  await all(1); // warm-up: compiled code, cached files
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const done = await all(Number(seconds));
  const elapsed = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await all("stop");
  const images = done.reduce((sum, { images }) => sum + images, 0);
  const bytes = done.reduce((sum, { bytes }) => sum + bytes, 0) / images;
  console.log(JSON.stringify({ images, seconds: elapsed, cpuSeconds: (user + system) / 1e6, bytes }));
} else {
  const { decodeImage } = await import("../../dist/data/image/decode.js");
  const { createPreprocessor } = await import("../../dist/data/image/preprocess-image.js");
  const { files, preprocessing } = workerData;
  const preprocessor = createPreprocessor(preprocessing);
  const pixels = new Uint8Array(preprocessor.height * preprocessor.width * 3);
  const tensor = new Float32Array(pixels.length);
  let next = 0;
  const load = async () => {
    const file = await readFile(files[next++ % files.length]);
    createHash("sha256").update(file).digest("hex");
    return { image: await decodeImage(file), bytes: file.length };
  };
  parentPort.on("message", async (message) => {
    if (message === "stop") {
      parentPort.postMessage("stopped");
      parentPort.close();
      return;
    }
    const end = performance.now() + message * 1000;
    const ahead = [load(), load()];
    const sum = { images: 0, bytes: 0 };
    while (performance.now() < end) {
      const { image, bytes } = await ahead.shift();
      ahead.push(load());
      preprocessor.toPixels(image, pixels);
      preprocessor.toTensor(pixels, tensor);
      sum.images++;
      sum.bytes += bytes;
    }
    await Promise.all(ahead);
    parentPort.postMessage(sum);
  });
}
