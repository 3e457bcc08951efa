import type { MadeWith } from "../../evaluation/results/made-with.ts";
import { type EvaluationKey, keyText } from "../../foundation/evaluation-key.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { createNoteCollector, type Note } from "../../foundation/notes.ts";

/** The names of an accuracy, and what it was made with. */
export interface NamedAccuracy extends EvaluationKey {
  readonly made?: MadeWith | undefined;
}

/** SHA-256 of the shipped sets, by id. An id without a hash refers to the shipped set. */
export interface ShippedHashes {
  readonly templates: ReadonlyMap<string, string>;
  readonly classNames: ReadonlyMap<string, string>;
}

export interface DistinguishedNames {
  /** Renames an accuracy: adds a part of a hash if several things have one name. */
  rename<Accuracy extends NamedAccuracy>(accuracy: Accuracy): Accuracy;
  /** warnings about names that refer to several things, and their checkpoints */
  readonly notes: readonly Note[];
}

const NAMES = { templates: "template sets", classNames: "class-name lists" } as const;
/** Number of digits of a hash in a name. */
const DIGITS = 7;

/**
 * Finds names that refer to several things: template sets or class-name lists with one name and different content, and
 * benchmarks whose definition or version differs. Such accuracies must not share a line, so they get different names:
 * `mine (6441960)` and `mine (9f86d08)`. Of several definitions of a benchmark, the one of most models keeps the
 * protocol's name. Unknown values are not differences.
 *
 * @param all all compared accuracies, including those of the baseline
 */
export function distinguishNames(all: readonly NamedAccuracy[], shipped: ShippedHashes): DistinguishedNames {
  const notes = createNoteCollector();
  const sets = { templates: setNames(all, "templates", shipped), classNames: setNames(all, "classNames", shipped) };
  const protocols = definitionGroups(all);
  for (const kind of ["templates", "classNames"] as const) {
    for (const [id, names] of sets[kind]) {
      const of = (hash: string) =>
        all.filter((accuracy) => accuracy[kind] === id && hashOf(accuracy, kind, shipped) === hash);
      notes.warn(
        `${names.size} ${NAMES[kind]} have the name ${id} and are distinguished: ${[...names].map(([hash, name]) => `${name} of ${checkpointNames(of(hash))}`).join(", ")}; rename one of the files and evaluate again`,
      );
    }
  }
  for (const groups of protocols.values()) {
    const { benchmark, protocol } = (groups[0] as Group).members[0] as NamedAccuracy;
    notes.warn(
      `${benchmark} ${protocol} was evaluated with ${groups.length} definitions, which are distinguished: ${groups.map((group) => `${group.name} of ${checkpointNames(group.members)}`).join(", ")}; evaluate all with one definition`,
    );
  }
  for (const text of mixedTemplates(all, sets.templates)) notes.warn(text);
  return {
    notes: notes.list(),
    rename: (accuracy) => {
      const name = (kind: "templates" | "classNames") =>
        sets[kind].get(accuracy[kind])?.get(hashOf(accuracy, kind, shipped) ?? "") ?? accuracy[kind];
      const group = protocols.get(placeOf(accuracy))?.find((each) => isKnown(accuracy) && isOf(each, accuracy));
      return {
        ...accuracy,
        templates: name("templates"),
        classNames: name("classNames"),
        protocol: group?.name ?? accuracy.protocol,
      };
    },
  };
}

function hashOf(accuracy: NamedAccuracy, kind: "templates" | "classNames", shipped: ShippedHashes): string | undefined {
  return accuracy.made?.[kind] ?? shipped[kind].get(accuracy[kind]);
}

/**
 * Maps ids that have several hashes on one benchmark and protocol → hash → name. Lists with one name on different
 * benchmarks, such as `names.csv` next to each definition, are not conflicts.
 */
function setNames(
  all: readonly NamedAccuracy[],
  kind: "templates" | "classNames",
  shipped: ShippedHashes,
): Map<string, Map<string, string>> {
  const byPlace = new Map<string, Set<string>>();
  const byId = new Map<string, Set<string>>();
  for (const accuracy of all) {
    const hash = hashOf(accuracy, kind, shipped);
    if (accuracy[kind] === "" || hash === undefined) continue;
    for (const [map, key] of [
      [byPlace, `${placeOf(accuracy)}\n${accuracy[kind]}`],
      [byId, accuracy[kind]],
    ] as const) {
      map.set(key, (map.get(key) ?? new Set()).add(hash));
    }
  }
  const several = new Set(
    [...byPlace].filter(([, hashes]) => hashes.size > 1).map(([key]) => key.slice(key.lastIndexOf("\n") + 1)),
  );
  return new Map(
    [...byId]
      .filter(([id]) => several.has(id))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, hashes]) => [
        id,
        new Map(
          [...hashes]
            .sort()
            .map((hash) => [hash, hash === shipped[kind].get(id) ? id : `${id} (${hash.slice(0, DIGITS)})`]),
        ),
      ]),
  );
}

/** Accuracies of one benchmark and protocol whose definitions agree. */
interface Group {
  readonly version: number | undefined;
  readonly definition: Readonly<Record<string, string>>;
  readonly members: readonly NamedAccuracy[];
  /** the name of the protocol for these accuracies */
  readonly name: string;
}

/** Finds benchmarks and protocols that were evaluated with several definitions. */
function definitionGroups(all: readonly NamedAccuracy[]): Map<string, Group[]> {
  const byPlace = new Map<string, NamedAccuracy[]>();
  for (const accuracy of all) {
    if (isKnown(accuracy)) byPlace.set(placeOf(accuracy), [...(byPlace.get(placeOf(accuracy)) ?? []), accuracy]);
  }
  const several = new Map<string, Group[]>();
  for (const [place, members] of byPlace) {
    const groups = groupsOf(members);
    if (groups.length > 1) several.set(place, groups);
  }
  return several;
}

function groupsOf(members: readonly NamedAccuracy[]): Group[] {
  const order = (accuracy: NamedAccuracy) =>
    JSON.stringify([-(accuracy.made?.benchmarkVersion ?? 0), accuracy.made?.definition ?? {}, accuracy.checkpoint]);
  const sorted = [...members].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const groups: Omit<Group, "name">[] = [];
  for (const accuracy of sorted) {
    const at = groups.findIndex((group) => isOf(group, accuracy));
    const group = groups[at] ?? { version: accuracy.made?.benchmarkVersion, definition: {}, members: [] };
    const joined = {
      version: group.version ?? accuracy.made?.benchmarkVersion,
      definition: { ...group.definition, ...accuracy.made?.definition },
      members: [...group.members, accuracy],
    };
    if (at === -1) groups.push(joined);
    else groups[at] = joined;
  }
  const size = (group: Omit<Group, "name">) => new Set(group.members.map(({ checkpoint }) => checkpoint)).size;
  const [first, ...otherGroups] = groups.sort((a, b) => size(b) - size(a) || (b.version ?? 0) - (a.version ?? 0));
  const protocol = members[0]?.protocol ?? "";
  return [
    { ...(first as Group), name: protocol },
    ...otherGroups.map((group) => {
      const isAlone = groups.filter(({ version }) => version === group.version).length === 1;
      const digits = sha256(JSON.stringify([group.version ?? null, Object.entries(group.definition).sort()])).slice(
        0,
        DIGITS,
      );
      return { ...group, name: `${protocol} (${isAlone ? `version ${group.version}` : digits})` };
    }),
  ];
}

function isKnown({ made }: NamedAccuracy): boolean {
  return made?.benchmarkVersion !== undefined || made?.definition !== undefined;
}

/** Returns whether all common parts are equal. */
function isOf({ version, definition }: Pick<Group, "version" | "definition">, { made = {} }: NamedAccuracy): boolean {
  const { benchmarkVersion, definition: known = {} } = made;
  if (version !== undefined && benchmarkVersion !== undefined && version !== benchmarkVersion) return false;
  return Object.keys(known).every((part) => !Object.hasOwn(definition, part) || definition[part] === known[part]);
}

/** Finds template sets with one name that differ between benchmarks and so are mixed in a checkpoint's figures. */
function mixedTemplates(all: readonly NamedAccuracy[], apart: ReadonlyMap<string, unknown>): string[] {
  const hashes = new Map<string, Map<string, Set<string>>>();
  for (const { templates, benchmark, made } of all) {
    if (made?.templates === undefined || apart.has(templates)) continue;
    const ofId = hashes.get(templates) ?? new Map<string, Set<string>>();
    hashes.set(templates, ofId.set(made.templates, (ofId.get(made.templates) ?? new Set()).add(benchmark)));
  }
  return [...hashes]
    .filter(([, ofId]) => ofId.size > 1)
    .map(([id, ofId]) => {
      const parts = [...ofId].map(([hash, benchmarks]) => `${hash.slice(0, DIGITS)} on ${[...benchmarks].join(", ")}`);
      return `the template set ${id} differs between benchmarks, so the figures mix: ${parts.join("; ")}`;
    });
}

function placeOf(accuracy: NamedAccuracy): string {
  return keyText(accuracy, ["benchmark", "protocol"]);
}

function checkpointNames(of: readonly NamedAccuracy[]): string {
  const names = [...new Set(of.map(({ checkpoint }) => checkpoint))];
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}
