/**
 * Compares the time of resizing with Pillow's, in alternating pairs, and times decoding.
 *
 *   SHIFTLINE_ORACLE=path/to/venv npx tsx bench/resample.ts
 *
 * SHIFTLINE_ORACLE is a Python environment with Pillow; without it only ours is timed. Times are CPU time (user and system,
 * including the threads of the garbage collector and compiler) in milliseconds per image. Ours includes everything that
 * evaluation does: geometry, resize of the cropped area, crop; Pillow's is `Image.resize` alone.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { decodeImage } from "../src/data/image/decode.ts";
import { createPreprocessor, type Preprocessor } from "../src/data/image/preprocess-image.ts";
import { createPreprocessing } from "../src/data/image/preprocessing.ts";

const PAIRS = 7;
const CASES = [
  { width: 500, height: 375, repeats: 60 },
  { width: 500, height: 333, repeats: 60 },
  { width: 640, height: 480, repeats: 40 },
  { width: 1024, height: 768, repeats: 20 },
  { width: 2048, height: 1536, repeats: 6 },
] as const;

const PILLOW = `
import base64, sys, time
import PIL
from PIL import Image
print(PIL.__version__, flush=True)
images = {}
for line in sys.stdin:
    w, h, tw, th, repeats = map(int, line.split())
    if (w, h) not in images:
        rgb = base64.b64decode(sys.stdin.readline())
        images[w, h] = Image.frombytes("RGB", (w, h), rgb)
    image = images[w, h]
    start = time.process_time()
    for _ in range(repeats):
        image.resize((tw, th), Image.Resampling.BICUBIC)
    print((time.process_time() - start) / repeats * 1e3, flush=True)
`;

type Resize = (preprocessor: Preprocessor) => number;

/** Waves, edges and some noise: like a photo, resizing it overshoots here and there. */
function scene(width: number, height: number): Uint8Array {
  const data = new Uint8ClampedArray(width * height * 3);
  let state = 1;
  for (let i = 0, y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const edge = (x >> 6) % 2 === (y >> 6) % 2 ? 90 : -90;
      for (let c = 0; c < 3; c++) {
        state = (Math.imul(state, 1664525) + 1013904223) | 0;
        data[i++] = 128 + edge + 40 * Math.sin(x / (5 + c)) + 30 * Math.cos(y / (7 + c)) + (state >>> 28);
      }
    }
  }
  return new Uint8Array(data.buffer);
}

/** Returns a function that resizes one image `repeats` times and returns the milliseconds of each. */
function ours(width: number, height: number, repeats: number): Resize {
  const data = scene(width, height);
  const pixels = new Uint8Array(224 * 224 * 3);
  return (preprocessor) => {
    const start = process.cpuUsage();
    for (let i = 0; i < repeats; i++) preprocessor.toPixels({ data, width, height }, pixels);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / repeats / 1e3;
  };
}

interface Pillow {
  readonly ask: (line: string) => Promise<string>;
  readonly end: () => void;
}

async function startPillow(venv: string): Promise<Pillow> {
  const child = spawn(join(venv, "bin", "python"), ["-c", PILLOW], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const ask = async (line: string): Promise<string> => {
    const answer = once(lines, "line");
    if (line !== "") child.stdin.write(`${line}\n`);
    return ((await answer) as [string])[0];
  };
  return { ask, end: () => child.stdin.end() };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

async function compareWithPillow(): Promise<void> {
  const venv = process.env.SHIFTLINE_ORACLE;
  const pillow = venv === undefined ? null : await startPillow(venv);
  if (pillow === null) console.log("SHIFTLINE_ORACLE is not set (a Python environment with Pillow): timing ours only");
  else
    console.log(
      `Pillow ${await pillow.ask("")}, Node ${process.version}, ${PAIRS} alternating pairs, medians of CPU ms`,
    );
  for (const { width, height, repeats } of CASES) {
    const resize = ours(width, height, repeats);
    const preprocessor = createPreprocessor(createPreprocessing({ size: 224 }));
    resize(preprocessor); // warm
    const [mine, theirs]: [number[], number[]] = [[], []];
    for (let pair = 0; pair < PAIRS; pair++) {
      mine.push(resize(preprocessor));
      const target = `${Math.trunc((224 * width) / height)} 224`;
      const pixels = pair === 0 ? `\n${Buffer.from(scene(width, height)).toString("base64")}` : "";
      if (pillow !== null) theirs.push(Number(await pillow.ask(`${width} ${height} ${target} ${repeats}${pixels}`)));
    }
    const ratio =
      pillow === null
        ? ""
        : `, Pillow ${median(theirs).toFixed(2)}, ratio ${(median(mine) / median(theirs)).toFixed(2)}`;
    console.log(`resize ${width} × ${height} to 224, bicubic: ours ${median(mine).toFixed(2)}${ratio}`);
  }
  pillow?.end();
}

/** In a separate process, so that nothing is compiled yet: the first image, and the cost of a batch after a cold start. */
function timeCold(): void {
  const preprocessor = createPreprocessor(createPreprocessing({ size: 224 }));
  const once = ours(500, 375, 1);
  const times = Array.from({ length: 50 }, () => once(preprocessor));
  const mean = (values: readonly number[]): string => (values.reduce((a, b) => a + b, 0) / values.length).toFixed(2);
  console.log(
    `resize 500 × 375 cold: first image ${times[0]!.toFixed(1)} ms, mean of the first 10 ${mean(times.slice(0, 10))}, ` +
      `of the first 50 ${mean(times)}, of the last 10 ${mean(times.slice(40))}`,
  );
}

async function timeTheRest(): Promise<void> {
  const preprocessor = createPreprocessor(createPreprocessing({ size: 224 }));
  const pixels = new Uint8Array(224 * 224 * 3);
  const tensor = new Float32Array(pixels.length);
  const repeats = 200;
  for (const [name, work] of [
    ["normalize 224 × 224", async () => preprocessor.toTensor(pixels, tensor)],
    ["decode a 500 × 375 JPEG", async () => decodeImage(photo)],
    [
      "decode, resize, normalize it",
      async () => {
        preprocessor.toPixels(await decodeImage(photo), pixels);
        preprocessor.toTensor(pixels, tensor);
      },
    ],
  ] as const) {
    for (let i = 0; i < 50; i++) await work();
    const start = process.cpuUsage();
    for (let i = 0; i < repeats; i++) await work();
    const { user, system } = process.cpuUsage(start);
    console.log(`${name}: ${((user + system) / repeats / 1e3).toFixed(2)}`);
  }
}

const photo = readFileSync(new URL("../test/fixtures/images/files/jpeg-500x375.jpg", import.meta.url));
if (process.argv[2] === "cold") {
  timeCold();
} else {
  await compareWithPillow();
  spawnSync(process.execPath, [...process.execArgv, process.argv[1]!, "cold"], { stdio: "inherit" });
  await timeTheRest();
}
