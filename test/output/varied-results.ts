/** What varies in real results and makes them weigh: names of images, scores, recipes. */

const hexDigits = (count: number, random: () => number) =>
  Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join("");
const digits = (count: number, random: () => number) => String(Math.floor(random() * 10 ** count)).padStart(count, "0");
const STYLES = [
  "art",
  "cartoon",
  "deviantart",
  "embroidery",
  "graffiti",
  "graphic",
  "misc",
  "origami",
  "painting",
  "sculpture",
  "sketch",
  "sticker",
  "tattoo",
  "toy",
  "videogame",
];

/** The name of an image, in the manner of the published benchmark: what it weighs deflated is as there. */
export function madeName(benchmark: string, image: number, perClass: number, random: () => number): string {
  const label = Math.floor(image / perClass);
  const place = image % perClass;
  const wnid = `n${String(1_440_764 + 7919 * label).padStart(8, "0")}`;
  switch (benchmark) {
    case "imagenet": {
      const number = Math.floor(((place + random()) * 50_000) / perClass); // sorted within the class
      return `${wnid}/ILSVRC2012_val_${String(number + 1).padStart(8, "0")}.JPEG`;
    }
    case "imagenet-v2":
      return `${label}/${hexDigits(40, random)}.jpeg`;
    case "imagenet-r":
      return `${wnid}/${STYLES[Math.floor((place * STYLES.length) / perClass)]}_${place}.jpg`;
    case "imagenet-sketch":
      return `${wnid}/sketch_${place}.JPEG`;
    case "imagenet-a":
      return `${wnid}/0.${digits(6, random)}_class ${label} _ class ${(label * 7 + place) % 1000}_0.${digits(6, random)}.jpg`;
    default:
      return `class_${label}/${hexDigits(15, random)}.png`;
  }
}

/** Scores of five classes, apart as the margin is. */
export function variedScores(margin: number, random: () => number): string {
  const best = 0.24 + 0.08 * random();
  let score = best;
  const rest = [0.004 + 0.022 * margin * random(), 0.008 * random(), 0.006 * random(), 0.005 * random()].map((gap) => {
    score -= gap;
    return score;
  });
  return [best, ...rest].map((value) => value.toPrecision(7)).join(",");
}

/** The parts of `run.json` that a report shows of a result. */
export function madeRun(checkpoint: string, benchmark: string, classNames: string, random: () => number): object {
  return {
    checkpoint: {
      id: checkpoint,
      layout: "open-clip",
      architecture: { name: "ViT-B-32", source: "open_clip_config.json", format: "safetensors" },
      tokenizer: "tokenizer.json",
      preprocessing: {
        size: { width: 224, height: 224 },
        resizeMode: "shortest",
        resize: 224,
        interpolation: "bicubic",
        source: "open_clip_config.json",
        rule: "Pillow and torchvision, crop offset rounded half to even",
      },
      text: { context_length: 77, pad_id: 0, pad_source: "the layout" },
      notes: [],
    },
    benchmark: { version: 1, classes: 1000, sha256: hexDigits(64, () => 0.3) },
    prompts: {
      templates: { id: "openai-80", n: 80, sha256: hexDigits(64, () => 0.4) },
      class_names: { id: classNames, n: 1000, sha256: hexDigits(64, () => 0.5) },
    },
    machine: { cpu: "a processor", cores: 64, platform: "linux x64" },
    seconds: { embedding: Math.round(3000 * random()), scoring: Math.round(90 * random()) / 10 },
    images_embedded: Math.round(50_000 * random()),
    images_per_second: Math.round(5000 * random()) / 10,
    versions: { node: "20.19.0", "onnxruntime-node": "1.30.0", sharp: "0.35.5" },
    note: `${checkpoint} on ${benchmark}`,
  };
}
