import type { MadeWith } from "../../evaluation/results/made-with.ts";
import { type EvaluationKey, keyText } from "../../foundation/evaluation-key.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { createNoteCollector, type Note } from "../../foundation/notes.ts";

/** The names that an accuracy goes by, and what it was made with. */
export interface NamedAccuracy extends EvaluationKey {
  readonly made?: MadeWith | undefined;
}

/** SHA-256 of the sets that ship, by id: an id of theirs means them where nothing else is known. */
export interface ShippedHashes {
  readonly templates: ReadonlyMap<string, string>;
  readonly classNames: ReadonlyMap<string, string>;
}

export interface ToldApart {
  /** The names that an accuracy goes by now: its own, with a part of a hash where several things have one name. */
  rename<One extends NamedAccuracy>(one: One): One;
  /** warnings that name what has one name, and whose it is */
  readonly notes: readonly Note[];
}

const NAMES = { templates: "template sets", classNames: "class-name lists" } as const;
/** Digits of a hash in a name. */
const DIGITS = 7;

/**
 * Finds names that stand for several things: template sets or class-name lists of one name with other content, and
 * benchmarks whose definition or version differs. Accuracies of these are no points of one line. They get names of their
 * own: `mine (6441960)` and `mine (9f86d08)`; of a benchmark's definitions, the one that most models have keeps the
 * protocol's name. What is not known is no difference.
 *
 * @param all every accuracy that is compared, those of the baseline too
 */
export function tellApart(all: readonly NamedAccuracy[], shipped: ShippedHashes): ToldApart {
  const notes = createNoteCollector();
  const sets = { templates: setNames(all, "templates", shipped), classNames: setNames(all, "classNames", shipped) };
  const protocols = definitionGroups(all);
  for (const kind of ["templates", "classNames"] as const) {
    for (const [id, names] of sets[kind]) {
      const of = (hash: string) => all.filter((one) => one[kind] === id && hashOf(one, kind, shipped) === hash);
      notes.warn(
        `${names.size} ${NAMES[kind]} are called ${id}, and are told apart: ${[...names].map(([hash, name]) => `${name} of ${checkpointNames(of(hash))}`).join(", ")}; rename one of the files and evaluate again`,
      );
    }
  }
  for (const groups of protocols.values()) {
    const { benchmark, protocol } = (groups[0] as Group).members[0] as NamedAccuracy;
    notes.warn(
      `${benchmark} ${protocol} was evaluated by ${groups.length} definitions, which are told apart: ${groups.map((group) => `${group.name} of ${checkpointNames(group.members)}`).join(", ")}; evaluate all by one`,
    );
  }
  for (const text of mixedTemplates(all, sets.templates)) notes.warn(text);
  return {
    notes: notes.list(),
    rename: (one) => {
      const name = (kind: "templates" | "classNames") =>
        sets[kind].get(one[kind])?.get(hashOf(one, kind, shipped) ?? "") ?? one[kind];
      const group = protocols.get(placeOf(one))?.find((each) => isKnown(one) && isOf(each, one));
      return {
        ...one,
        templates: name("templates"),
        classNames: name("classNames"),
        protocol: group?.name ?? one.protocol,
      };
    },
  };
}

function hashOf(one: NamedAccuracy, kind: "templates" | "classNames", shipped: ShippedHashes): string | undefined {
  return one.made?.[kind] ?? shipped[kind].get(one[kind]);
}

/**
 * Ids of which one benchmark and protocol has several hashes → hash → name. That two benchmarks have lists of one name, as
 * `names.csv` beside each definition, is no such case.
 */
function setNames(
  all: readonly NamedAccuracy[],
  kind: "templates" | "classNames",
  shipped: ShippedHashes,
): Map<string, Map<string, string>> {
  const byPlace = new Map<string, Set<string>>();
  const byId = new Map<string, Set<string>>();
  for (const one of all) {
    const hash = hashOf(one, kind, shipped);
    if (one[kind] === "" || hash === undefined) continue;
    for (const [map, key] of [
      [byPlace, `${placeOf(one)}\n${one[kind]}`],
      [byId, one[kind]],
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
  /** what the protocol is called for them */
  readonly name: string;
}

/** Benchmarks and protocols that were evaluated by several definitions. */
function definitionGroups(all: readonly NamedAccuracy[]): Map<string, Group[]> {
  const byPlace = new Map<string, NamedAccuracy[]>();
  for (const one of all) {
    if (isKnown(one)) byPlace.set(placeOf(one), [...(byPlace.get(placeOf(one)) ?? []), one]);
  }
  const several = new Map<string, Group[]>();
  for (const [place, members] of byPlace) {
    const groups = groupsOf(members);
    if (groups.length > 1) several.set(place, groups);
  }
  return several;
}

function groupsOf(members: readonly NamedAccuracy[]): Group[] {
  const order = (one: NamedAccuracy) =>
    JSON.stringify([-(one.made?.benchmarkVersion ?? 0), one.made?.definition ?? {}, one.checkpoint]);
  const sorted = [...members].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const groups: Omit<Group, "name">[] = [];
  for (const one of sorted) {
    const at = groups.findIndex((group) => isOf(group, one));
    const group = groups[at] ?? { version: one.made?.benchmarkVersion, definition: {}, members: [] };
    const joined = {
      version: group.version ?? one.made?.benchmarkVersion,
      definition: { ...group.definition, ...one.made?.definition },
      members: [...group.members, one],
    };
    if (at === -1) groups.push(joined);
    else groups[at] = joined;
  }
  const size = (group: Omit<Group, "name">) => new Set(group.members.map(({ checkpoint }) => checkpoint)).size;
  const [first, ...others] = groups.sort((a, b) => size(b) - size(a) || (b.version ?? 0) - (a.version ?? 0));
  const protocol = members[0]?.protocol ?? "";
  return [
    { ...(first as Group), name: protocol },
    ...others.map((group) => {
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

/** Whether no part that both have differs. */
function isOf({ version, definition }: Pick<Group, "version" | "definition">, { made = {} }: NamedAccuracy): boolean {
  const { benchmarkVersion, definition: own = {} } = made;
  if (version !== undefined && benchmarkVersion !== undefined && version !== benchmarkVersion) return false;
  return Object.keys(own).every((part) => !Object.hasOwn(definition, part) || definition[part] === own[part]);
}

/** Template sets of one name that are not the same on every benchmark: both are in a checkpoint's figures. */
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
      return `the template set called ${id} is not the same on every benchmark, which is in the figures: ${parts.join("; ")}`;
    });
}

function placeOf(one: NamedAccuracy): string {
  return keyText(one, ["benchmark", "protocol"]);
}

function checkpointNames(of: readonly NamedAccuracy[]): string {
  const names = [...new Set(of.map(({ checkpoint }) => checkpoint))];
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}
