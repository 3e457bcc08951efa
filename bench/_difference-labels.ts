import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./_child.ts";
import type { Difference } from "./_difference.ts";
import { embedSubject } from "./_difference-images.ts";
import { accuracyOf, bestClasses, classVectors } from "./_difference-scores.ts";
import { type LabeledImage, readCsv, type Subject } from "./_difference-subjects.ts";

interface SketchResult {
  readonly benchmark: string;
  readonly protocol: string;
  readonly templates: string;
  readonly n: number;
  readonly top1_correct: number;
  readonly mean_per_class_recall: number;
}

interface SketchMistake extends Omit<SketchResult, "n" | "mean_per_class_recall"> {
  readonly mistake: string;
}

/** What other protocols and mistakes give on the tests' small copies of the benchmarks, by open_clip: expected.json there. */
export function protocolDifferences(): Difference[] {
  const path = join(ROOT, "test", "fixtures", "sketches", "expected.json");
  const expected = JSON.parse(readFileSync(path, "utf8")) as { results: SketchResult[]; mistakes: SketchMistake[] };
  const find = <Row extends Omit<SketchResult, "n" | "mean_per_class_recall">>(
    rows: Row[],
    id: string,
    protocol: string,
  ) => rows.find((row) => row.benchmark === id && row.protocol === protocol && row.templates === "openai-80") as Row;
  const accuracy = ({ top1_correct, n }: SketchResult) => top1_correct / n;
  const difference = (change: string, id: string, before: SketchResult, changedAccuracy: number): Difference => ({
    section: "labels",
    change,
    checkpoint: "vit-open-clip",
    data: `small copy of ${id}`,
    n: before.n,
    affected: null,
    changed: null,
    accuracy: accuracy(before),
    changedAccuracy,
    cosine: null,
  });
  const other = (change: string, id: string, from: string, to: string) =>
    difference(change, id, find(expected.results, id, from), accuracy(find(expected.results, id, to)));
  const imageNetR = find(expected.results, "imagenet-r", "200");
  const mistakes = expected.mistakes
    .filter(({ templates, benchmark }) => templates === "openai-80" && !benchmark.startsWith("imagenet-v2-"))
    .map((row) => {
      const before = find(expected.results, row.benchmark, row.protocol);
      const change = `${row.mistake} (\`${row.protocol}\`)`;
      return difference(change, row.benchmark, before, row.top1_correct / before.n);
    });
  return [
    other("1000 classes compete, not 200", "imagenet-r", "200", "1000"),
    other("1000 classes compete, not 200", "imagenet-a", "200", "1000"),
    other(
      "`imagenet-names-max-crop2` for `objectnet-names`",
      "objectnet",
      "objectnet-names",
      "imagenet-names-max-crop2",
    ),
    other("`official` for `objectnet-names` (8 more images, all wrong)", "objectnet", "objectnet-names", "official"),
    ...mistakes,
    difference("mean per-class recall for top-1", "imagenet-r", imageNetR, imageNetR.mean_per_class_recall),
  ];
}

/** What other labels, other images and other classes do to the subject's accuracy. */
export async function labelDifferences(subject: Subject): Promise<Difference[]> {
  const { images, classNames, wnids } = subject;
  const classes = await classVectors(subject);
  const embeddings = await embedSubject(subject);
  const best = bestClasses(embeddings, classes);
  const accuracy = accuracyOf(best, images);
  const of = (
    change: string,
    changedAccuracy: number,
    n = images.length,
    changed: number | null = null,
  ): Difference => ({
    section: "labels",
    change,
    checkpoint: subject.checkpoint.id,
    data: subject.data,
    n,
    affected: null,
    changed,
    accuracy,
    changedAccuracy,
    cosine: null,
  });
  const relabeled = (permutation: readonly number[]) =>
    accuracyOf(
      best,
      images.map(({ label }) => ({ label: permutation[label] as number })),
    );
  const some = (keep: (image: LabeledImage, i: number) => boolean) => {
    const at = images.flatMap((image, i) => (keep(image, i) ? [i] : []));
    const kept = at.map((i) => images[i] as LabeledImage);
    return {
      n: kept.length,
      accuracy: accuracyOf(
        at.map((i) => best[i] as number),
        kept,
      ),
    };
  };
  const half = classNames.length / 2;
  const halfClasses = { ...classes, data: classes.data.subarray(0, half * classes.columns), rows: half };
  const inHalf = some(({ label }) => label < half);
  const amongHalf = bestClasses(embeddings, halfClasses);
  const restricted = amongHalf.filter((c, i) => c === images[i]?.label).length / inHalf.n;
  const twice = [...best, ...best.filter((_, i) => i % 20 === 0)];
  const doubled = [...images, ...images.filter((_, i) => i % 20 === 0)];
  const found = [of("folder numbers sorted as strings (0, 1, 10, 100, …)", relabeled(stringOrder(classNames.length)))];
  if (wnids !== null) {
    const devkit = readCsv("benchmarks", "classes", "imagenet.csv").map(
      ({ ilsvrc2012_id }) => Number(ilsvrc2012_id) - 1,
    );
    const last = bestClasses(reversedRows(embeddings), reversedRows(classes))
      .map((c) => classes.rows - 1 - c)
      .reverse();
    const tied = best.filter((c, i) => c !== last[i]).length;
    found.push(of("the devkit's class numbers for ImageNet's order", relabeled(devkit)));
    found.push(of("of an exact tie the last class, not the first", accuracyOf(last, images), images.length, tied));
    return found;
  }
  const tenth = some((_, i) => i % 10 === 0);
  return [
    ...found,
    of("the first half of the classes' images, all classes compete", inHalf.accuracy, inHalf.n),
    of("the first half of the classes' images, these classes alone compete", restricted, inHalf.n),
    of("every tenth image", tenth.accuracy, tenth.n),
    of("every twentieth image twice", accuracyOf(twice, doubled), doubled.length),
  ];
}

/** Class index → the place of its number among all numbers sorted as strings. */
function stringOrder(n: number): number[] {
  const sorted = Array.from({ length: n }, (_, c) => String(c)).sort();
  return Array.from({ length: n }, (_, c) => sorted.indexOf(String(c)));
}

function reversedRows<M extends { data: Float32Array; rows: number; columns: number }>(rows: M): M {
  const data = new Float32Array(rows.data.length);
  for (let r = 0; r < rows.rows; r++) {
    data.set(rows.data.subarray(r * rows.columns, (r + 1) * rows.columns), (rows.rows - 1 - r) * rows.columns);
  }
  return { ...rows, data };
}
