import { InputError } from "../../foundation/errors.ts";
import type { ImageList } from "../sources/image-list.ts";
import type { Benchmark, Protocol } from "./benchmark.ts";
import { type ClassList, classKeys, parseIndices } from "./class-list.ts";

/** The classes of a protocol, and which of them are right for an image. */
export interface ClassSpace {
  /** class → rows of the class-name list, of which the best counts */
  readonly rows: readonly Int32Array[];
  /**
   * Row of the benchmark's class list → the classes that are right for its images: empty if such an image is always
   * wrong, null if the protocol does not score it.
   */
  readonly accepted: readonly (readonly number[] | null)[];
  /** labels of single images, which replace `accepted`; absent where an image's class decides */
  readonly imageLabels?: ImageLabels;
}

/** The classes that are right for single images. */
export interface ImageLabels {
  /** @param path of an image of the labeled list @returns null for an image that is not scored */
  classesOf(path: string): readonly number[] | null;
}

/**
 * Returns the classes that are right for the image at a position of a list: null if it is not scored, empty if it is
 * always wrong.
 */
export function rightClasses(
  { accepted, imageLabels }: Pick<ClassSpace, "accepted" | "imageLabels">,
  images: ImageList,
  position: number,
): readonly number[] | null {
  if (imageLabels !== undefined) return imageLabels.classesOf(images.at(position).path);
  return accepted[images.label(position)] ?? null;
}

/** Returns the positions of the images that a space scores. */
export function scoredImages(space: ClassSpace, images: ImageList): ImageList {
  if (space.imageLabels === undefined) return images.withLabels((label) => space.accepted[label] !== null);
  const positions = Int32Array.from({ length: images.length }, (_, at) => at);
  return images.pick(positions.filter((at) => rightClasses(space, images, at) !== null));
}

/**
 * Resolves a protocol's classes.
 *
 * @param names  the number of class names
 * @throws InputError if the definition's columns are missing, or refer to a class name that does not exist
 */
export function resolveClassSpace(benchmark: Benchmark, protocol: Protocol, names: number): ClassSpace {
  const where = `${benchmark.path}: protocol ${protocol.id}`;
  const labels = indices(benchmark.classes, protocol.labels, names, where);
  const rows = competingRows(benchmark, protocol, names, where);
  if (rows.length === 0) throw new InputError(`${where}: no classes compete`);
  const classesOfRow = new Map<number, number[]>();
  for (const [c, members] of rows.entries()) {
    for (const row of members) classesOfRow.set(row, [...(classesOfRow.get(row) ?? []), c]);
  }
  const accepted = labels.map((right) => {
    const classes = [...new Set(right.flatMap((row) => classesOfRow.get(row) ?? []))].sort((a, b) => a - b);
    return classes.length === 0 && protocol.unmapped === "left-out" ? null : classes;
  });
  return { rows: rows.map((members) => Int32Array.from(members)), accepted };
}

function competingRows(benchmark: Benchmark, protocol: Protocol, names: number, where: string): number[][] {
  if (protocol.classes === "all") return Array.from({ length: names }, (_, row) => [row]);
  const list = protocol.classes === "own" ? benchmark.classes : protocol.classes;
  return indices(list, protocol.rows, names, where).filter((members) => members.length > 0);
}

function indices(list: ClassList, column: string, names: number, where: string): number[][] {
  return classKeys(list, column, where).map((cell) => {
    const members = parseIndices(cell, `${where}: column ${column}`);
    const beyond = members.find((row) => row >= names);
    if (beyond === undefined) return members;
    throw new InputError(`${where}: column ${column} names class name ${beyond}, but there are ${names}`);
  });
}

/** Returns the rows of the class-name list that a space needs, in ascending order. */
export function usedRows({ rows }: Pick<ClassSpace, "rows">): number[] {
  return [...new Set(rows.flatMap((members) => [...members]))].sort((a, b) => a - b);
}

/** Renumbers a space for a list that has only some of the class names. @param names rows of those, ascending */
export function renumberRows(space: ClassSpace, names: readonly number[]): ClassSpace {
  const placeOf = new Map(names.map((row, place) => [row, place]));
  return { ...space, rows: space.rows.map((members) => members.map((row) => placeOf.get(row) as number)) };
}
