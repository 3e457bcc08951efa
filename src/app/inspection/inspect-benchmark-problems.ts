import { posix } from "node:path";
import { describeClutter } from "../../data/sources/clutter.ts";
import { count, plural } from "../../foundation/number-text.ts";
import type { BenchmarkInspection } from "./inspect-benchmark.ts";

/** A problem with a data folder, and what to do about it. */
export interface DataProblem {
  /** error: a run would stop or its numbers would be wrong; warning: check it; note: nothing to do */
  readonly severity: "error" | "warning" | "note";
  readonly kind: string;
  /** the benchmark's id */
  readonly benchmark: string;
  readonly root: string;
  /** description of the problem */
  readonly message: string;
  /** what to do; empty if nothing */
  readonly advice: string;
  /** affected paths or names */
  readonly items: readonly string[];
}

/** A problem without its location, which is the same for all problems of a benchmark. */
type Found = Omit<DataProblem, "benchmark" | "root">;

/** Finds the problems of one benchmark in one folder, in no particular order. */
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
      classes: "its class folders are those",
      images: `its number of images, ${count(inspection.images)}, is that`,
      name: "its name is that",
    }[by];
    problems.push({
      severity: "error",
      kind: "wrong set",
      message: `${what} of ${ids.join(", ")}: it is probably that set under a wrong name`,
      advice: "rename the folder, and get the right set",
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
      message: `${count(inspection.images)} of ${count(inspection.expectedImages)} images${fewer ? "" : ", more than in the benchmark"}`,
      advice: fewer
        ? `fetch ${isFolder ? "and unpack it" : "it"} again; a run accepts incomplete data only with --allow-incomplete`
        : "remove images that do not belong to it",
      // per-protocol lines only if their numbers differ from those of the whole set
      items: incomplete.every(({ n, expected }) => n === inspection.images && expected === inspection.expectedImages)
        ? []
        : lines,
    });
  }
  if (inspection.missingClasses.length > 0) {
    problems.push({
      severity: "error",
      kind: "missing classes",
      message: `classes without an image: ${count(inspection.missingClasses.length)} of ${count(inspection.expectedClasses)}`,
      advice: isFolder
        ? "fetch their folders, or check whether they were renamed or not unpacked"
        : "fetch the whole set again; one of several files may be missing",
      items: inspection.missingClasses,
    });
  }
  const empty = inspection.emptyFolders.filter((name) => !inspection.missingClasses.includes(name));
  if (empty.length > 0) {
    problems.push({
      severity: "warning",
      kind: "empty folders",
      message: `class folders without an image, for classes that need none: ${count(empty.length)}`,
      advice: "remove them, or unpack them again",
      items: empty,
    });
  }
  if (inspection.unevenClasses.length > 0) {
    const each = inspection.unevenClasses[0]?.expected ?? 0;
    problems.push({
      severity: "error",
      kind: "uneven classes",
      message: `classes that do not have ${count(each)} images like nearly all others: ${count(inspection.unevenClasses.length)}`,
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
    "folders of images that are not a class of the benchmark",
    "move them elsewhere; a run would stop",
  );
  const loose =
    inspection.layout === "flat"
      ? "images whose number is not in the benchmark"
      : "images outside the class folders, which have no class";
  add(
    "error",
    "loose images",
    inspection.looseImages,
    loose,
    "move each into the folder of its class; a run skips them",
  );
  const duplicateFolders = inspection.twinFolders.map((names) => names.join(" and "));
  add(
    "error",
    "two folders of one class",
    duplicateFolders,
    "classes with two folders, whose names are the same number",
    "merge them, or remove the wrong one",
  );
  add("note", "links", inspection.links, "links to folders that are read at their own location; skipped", "");
  add(
    "error",
    "class in a class",
    inspection.misplaced,
    "class folders inside the folder of another class; their images count for the outer class",
    "move each to the folder of its class",
  );
  for (const message of inspection.warnings)
    problems.push({ severity: "error", kind: "training set", message, advice: "get the validation set", items: [] });
  for (const message of inspection.notes)
    problems.push({ severity: "note", kind: "choice", message, advice: "", items: [] });
  const clutter = describeClutter(new Map(Object.entries(inspection.clutter)));
  if (clutter !== "") {
    const message = `system files, skipped: ${clutter}`;
    problems.push({ severity: "note", kind: "clutter", message, advice: "", items: [] });
  }
  if (inspection.strayFiles > 0) {
    problems.push({
      severity: "note",
      kind: "other files",
      message: `other files, skipped: ${count(inspection.strayFiles)}`,
      advice: "",
      items: [],
    });
  }
  return problems;
}

function changeProblems(inspection: BenchmarkInspection): Found[] {
  const changes = inspection.manifest?.changes;
  if (inspection.manifest === null || !changes) return [];
  const meant = `if this is intended, delete ${inspection.manifest.path} and inspect with --deep again`;
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
  add("moved to another class", moves(true), "images in a different class than recorded", "move them back");
  add("changed content", changes.changed, "images with different content than recorded", "restore them");
  add("images gone", changes.gone, "recorded images that are missing", "put them back");
  add("renamed", moves(false), "images with a different name than recorded", "restore their names");
  add("new images", changes.added, "images not among those recorded", "remove them");
  return problems;
}

function imageProblems(inspection: BenchmarkInspection): Found[] {
  const problems: Found[] = [];
  if (inspection.unreadable.length > 0) {
    problems.push({
      severity: "error",
      kind: "unreadable",
      message: `unreadable: ${count(inspection.unreadable.length)}`,
      advice: "fetch them again; a run skips them only with --skip-unreadable",
      items: inspection.unreadable.map(({ path, reason }) => `${path}: ${reason}`),
    });
  }
  const complete = inspection.protocols.every(({ state }) => state !== "incomplete");
  for (const acrossClasses of [true, false]) {
    const groups = inspection.duplicates.filter((group) => group.acrossClasses === acrossClasses);
    if (groups.length === 0) continue;
    // Published sets contain some images twice, even in two classes; a set with the right number of images is as
    // published
    const published = complete ? " (the number of images is right, so the set may have been published this way)" : "";
    problems.push({
      severity: acrossClasses ? (complete ? "warning" : "error") : complete ? "note" : "warning",
      kind: acrossClasses ? "in two classes" : "twice in a class",
      message: `duplicate images ${acrossClasses ? "in different classes" : "in the same class"}: ${count(groups.length)}${published}`,
      advice: complete ? "" : "remove the copy that does not belong there",
      items: groups.map(describeGroup),
    });
  }
  return problems;
}

/** Maximum number of paths listed per content. */
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
