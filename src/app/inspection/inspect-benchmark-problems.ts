import { posix } from "node:path";
import { describeClutter } from "../../data/sources/clutter.ts";
import { count, plural } from "../../foundation/number-text.ts";
import type { BenchmarkInspection } from "./inspect-benchmark.ts";

/** Something a person should know about a data folder, and what to do. */
export interface DataProblem {
  /** error: a run would stop, or its numbers be wrong; warning: look at it; note: nothing to do */
  readonly severity: "error" | "warning" | "note";
  readonly kind: string;
  /** the benchmark's id */
  readonly benchmark: string;
  readonly root: string;
  /** what is wrong */
  readonly message: string;
  /** what to do; empty where nothing is */
  readonly advice: string;
  /** what it is about, one by one: paths or names */
  readonly items: readonly string[];
}

/** A problem without its place, which is the same for all of a benchmark. */
type Found = Omit<DataProblem, "benchmark" | "root">;

/** What is wrong with one benchmark in one folder, in no order. */
export function benchmarkProblems(inspection: BenchmarkInspection): DataProblem[] {
  const found = [
    ...setProblems(inspection),
    ...placeProblems(inspection),
    ...changeProblems(inspection),
    ...imageProblems(inspection),
  ];
  return found.map((problem) => ({ ...problem, benchmark: inspection.benchmark, root: inspection.root }));
}

function setProblems(inspection: BenchmarkInspection): Found[] {
  if (inspection.problem !== null) {
    return [{ severity: "error", kind: "not listed", message: inspection.problem, advice: "", items: [] }];
  }
  const problems: Found[] = [];
  if (inspection.likelySets !== null) {
    const { ids, by } = inspection.likelySets;
    const what = {
      classes: "its class folders are exactly those",
      images: `its ${count(inspection.images)} images are as many as those`,
      name: "its name is that",
    }[by];
    problems.push({
      severity: "error",
      kind: "wrong set",
      message: `${what} of ${ids.join(", ")}: it is likely that set under a wrong name`,
      advice: "rename the folder to what it is, and get the right set",
      items: ids,
    });
  }
  const isFolder = inspection.format === "folder";
  const incomplete = inspection.protocols.filter(({ state }) => state === "incomplete");
  if (incomplete.length > 0) {
    const lines = incomplete.map(({ id, n, expected }) => `protocol ${id}: ${count(n)} of ${count(expected)} images`);
    const fewer = incomplete.some(({ n, expected }) => n < expected);
    problems.push({
      severity: "error",
      kind: "missing images",
      message: `${count(inspection.images)} of ${count(inspection.expectedImages)} images${fewer ? "" : ": more than the benchmark has"}`,
      advice: fewer
        ? `fetch ${isFolder ? "and unpack it" : "it"} again; a run scores what is there only with --allow-incomplete`
        : "remove what does not belong to it",
      // where no protocol has other numbers than the whole, the message says it all
      items: incomplete.every(({ n, expected }) => n === inspection.images && expected === inspection.expectedImages)
        ? []
        : lines,
    });
  }
  if (inspection.missingClasses.length > 0) {
    problems.push({
      severity: "error",
      kind: "missing classes",
      message: `without an image: ${count(inspection.missingClasses.length)} of ${count(inspection.expectedClasses)} classes`,
      advice: isFolder
        ? "fetch their folders; were they renamed, or not unpacked?"
        : "fetch the whole set again; is a file of several missing?",
      items: inspection.missingClasses,
    });
  }
  const empty = inspection.emptyFolders.filter((name) => !inspection.missingClasses.includes(name));
  if (empty.length > 0) {
    problems.push({
      severity: "warning",
      kind: "empty folders",
      message: `class folders without an image, of classes that need none: ${count(empty.length)}`,
      advice: "remove them, or unpack them again",
      items: empty,
    });
  }
  if (inspection.unevenClasses.length > 0) {
    const each = inspection.unevenClasses[0]?.expected ?? 0;
    problems.push({
      severity: "error",
      kind: "uneven classes",
      message: `classes of other than ${count(each)} images, which nearly all have: ${count(inspection.unevenClasses.length)}`,
      advice: "fetch these folders again",
      items: inspection.unevenClasses.map(({ name, images }) => `${name}: ${images}`),
    });
  }
  return problems;
}

function placeProblems(inspection: BenchmarkInspection): Found[] {
  const problems: Found[] = [];
  const add = (
    severity: Found["severity"],
    kind: string,
    items: readonly string[],
    message: string,
    advice: string,
  ) => {
    if (items.length > 0)
      problems.push({ severity, kind, message: `${message}: ${count(items.length)}`, advice, items });
  };
  const unknown = inspection.unknownFolders.map(({ name, images }) => `${name}/ (${plural(images, "image")})`);
  add(
    "error",
    "unknown folders",
    unknown,
    "folders of images that are no class of it",
    "move them elsewhere; a run stops at them",
  );
  const loose =
    inspection.layout === "flat"
      ? "images without a number of the benchmark"
      : "images beside the class folders, so without a class";
  add(
    "error",
    "loose images",
    inspection.looseImages,
    loose,
    "move each into the folder of its class; a run passes them over",
  );
  const duplicateFolders = inspection.twinFolders.map((names) => names.join(" and "));
  add(
    "error",
    "two folders of one class",
    duplicateFolders,
    "classes that have two folders, as their names are one number",
    "merge them, or remove the wrong one",
  );
  add("note", "links", inspection.links, "links to folders that are read where they are, which are skipped", "");
  add(
    "error",
    "class in a class",
    inspection.misplaced,
    "folders named as a class inside the folder of another, whose images count for the outer one",
    "move each to where its class belongs",
  );
  for (const message of inspection.warnings)
    problems.push({ severity: "error", kind: "training set", message, advice: "get the validation set", items: [] });
  for (const message of inspection.notes)
    problems.push({ severity: "note", kind: "choice", message, advice: "", items: [] });
  const clutter = describeClutter(new Map(Object.entries(inspection.clutter)));
  if (clutter !== "") {
    const message = `what systems leave beside images, which is skipped: ${clutter}`;
    problems.push({ severity: "note", kind: "clutter", message, advice: "", items: [] });
  }
  if (inspection.strayFiles > 0) {
    problems.push({
      severity: "note",
      kind: "other files",
      message: `other files, which are skipped: ${count(inspection.strayFiles)}`,
      advice: "",
      items: [],
    });
  }
  return problems;
}

function changeProblems(inspection: BenchmarkInspection): Found[] {
  const changes = inspection.manifest?.changes;
  if (inspection.manifest === null || !changes) return [];
  const meant = `if it is meant, delete ${inspection.manifest.path} and inspect with --deep again`;
  const problems: Found[] = [];
  const add = (kind: string, items: readonly string[], message: string, step: string) => {
    if (items.length > 0) {
      problems.push({
        severity: "error",
        kind,
        message: `${message}: ${count(items.length)}`,
        advice: `${step}; ${meant}`,
        items,
      });
    }
  };
  const moves = (relabeled: boolean) => changes.moved.filter((move) => move.relabeled === relabeled).map(describeMove);
  add("moved to another class", moves(true), "images in another class than when written down", "move them back");
  add("changed content", changes.changed, "images of other content than when written down", "restore them");
  add("images gone", changes.gone, "images gone since they were written down", "put them back");
  add("renamed", moves(false), "images of another name than when written down", "name them as before");
  add("new images", changes.added, "images new since the others were written down", "take them out");
  return problems;
}

function imageProblems(inspection: BenchmarkInspection): Found[] {
  const problems: Found[] = [];
  if (inspection.unreadable.length > 0) {
    problems.push({
      severity: "error",
      kind: "unreadable",
      message: `unreadable: ${count(inspection.unreadable.length)}`,
      advice: "fetch them again; a run goes on past them only with --skip-unreadable",
      items: inspection.unreadable.map(({ path, reason }) => `${path}: ${reason}`),
    });
  }
  const complete = inspection.protocols.every(({ state }) => state !== "incomplete");
  for (const acrossClasses of [true, false]) {
    const groups = inspection.duplicates.filter((group) => group.acrossClasses === acrossClasses);
    if (groups.length === 0) continue;
    // Published sets hold some images twice, even in two classes: a set with the right number is as it was published
    const published = complete ? " (the number of images is right, so the set may have been published so)" : "";
    problems.push({
      severity: acrossClasses ? (complete ? "warning" : "error") : complete ? "note" : "warning",
      kind: acrossClasses ? "in two classes" : "twice in a class",
      message: `images that are there again, ${acrossClasses ? "in another class" : "in their own class"}: ${count(groups.length)}${published}`,
      advice: complete ? "" : "remove the copy that does not belong there",
      items: groups.map(describeGroup),
    });
  }
  return problems;
}

/** Paths of one content that are named; of more, the number. */
const NAMED = 4;

function describeGroup({ paths }: { readonly paths: readonly string[] }): string {
  const more = paths.length > NAMED ? ` = ${count(paths.length - NAMED)} more` : "";
  return paths.slice(0, NAMED).join(" = ") + more;
}

function describeMove({ from, to }: { readonly from: string; readonly to: string }): string {
  const [oldPlace, newPlace] = [posix.dirname(from), posix.dirname(to)];
  if (posix.basename(from) !== posix.basename(to)) return `moved from ${from} to ${to}`;
  return `${posix.basename(to)}: moved from ${oldPlace} to ${newPlace}`;
}
