// A bare session.run loop over one image graph, without reading or decoding. Prints JSON: images, seconds, CPU seconds.
//   node bare-loop.mjs GRAPH BATCH SECONDS      runs for about SECONDS, at least twice
import { availableParallelism } from "node:os";
import { InferenceSession, Tensor } from "onnxruntime-node";

const [graph, batchText, secondsText] = process.argv.slice(2);
const batch = Number(batchText);
const threads = availableParallelism();
const session = await InferenceSession.create(graph, { intraOpNumThreads: threads, logSeverityLevel: 4 });
const [, channels, height, width] = session.inputMetadata[0].shape.map((size) =>
  typeof size === "number" ? size : null,
);
const dims = [batch, channels ?? 3, height ?? 224, width ?? 224];
const pixels = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => Math.sin(i));
const feeds = { [session.inputNames[0]]: new Tensor("float32", pixels, dims) };
await session.run(feeds); // warm
let runs = 0;
const cpu = process.cpuUsage();
const begun = performance.now();
while (runs < 2 || performance.now() - begun < Number(secondsText) * 1000) {
  await session.run(feeds);
  runs++;
}
const seconds = (performance.now() - begun) / 1000;
const { user, system } = process.cpuUsage(cpu);
await session.release();
console.log(JSON.stringify({ images: runs * batch, seconds, cpuSeconds: (user + system) / 1e6, threads }));
