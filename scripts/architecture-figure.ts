import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

/** Draws docs/figures/architecture.svg: floors and rooms as docs/reference/architecture.md names them, and what imports what, read from src/. */

const ROOT = join(import.meta.dirname, "..");
const SRC = join(ROOT, "src");
export const ARCHITECTURE_FIGURE = join(ROOT, "docs", "figures", "architecture.svg");

// pixels
const WIDTH = 960;
const NAME_WIDTH = 116;
const FLOOR_HEIGHT = 68;
const FLOOR_GAP = 26;
const ROOM_HEIGHT = 38;
const ROOM_GAP = 14;
const MARGIN = 12;

interface Room {
  readonly id: string;
  readonly floor: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

/** Floors from the ground up, each with its rooms in order, from the table of the document. */
function readFloors(): [string, string[]][] {
  const text = readFileSync(join(ROOT, "docs", "reference", "architecture.md"), "utf8");
  return [...text.matchAll(/^\| `(\w+)\/` \| ((?:`\w+` ?)+)\|/gm)].map(([, floor, rooms]) => [
    floor as string,
    (rooms as string).match(/\w+/g) as string[],
  ]);
}

/** `floor/room` of a source file; null for files beside a floor's rooms and for the surface. */
function roomOf(path: string): string | null {
  const parts = path.split("/");
  return parts.length > 2 ? parts.slice(0, 2).join("/") : null;
}

/** Room → the rooms that its files import from. */
function readImports(): Map<string, Set<string>> {
  const imports = new Map<string, Set<string>>();
  for (const path of readdirSync(SRC, { recursive: true, encoding: "utf8" }).sort()) {
    const room = /\.tsx?$/.test(path) ? roomOf(path) : null;
    if (room === null) continue;
    const targets = imports.get(room) ?? new Set();
    imports.set(room, targets);
    for (const [, target] of readFileSync(join(SRC, path), "utf8").matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
      const importedRoom = roomOf(relative(SRC, join(SRC, path, "..", target as string)));
      if (importedRoom !== null && importedRoom !== room) targets.add(importedRoom);
    }
  }
  return imports;
}

/** Whether a room is reached from another by more than one step. */
function isImplied(imports: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [...(imports.get(from) ?? [])].filter((room) => room !== to);
  for (let room = open.pop(); room !== undefined; room = open.pop()) {
    if (room === to) return true;
    if (seen.has(room)) continue;
    seen.add(room);
    open.push(...(imports.get(room) ?? []));
  }
  return false;
}

/** The drawing as SVG, for light and dark backgrounds. */
export function architectureFigure(): string {
  const floors = readFloors();
  const imports = readImports();
  const height = floors.length * (FLOOR_HEIGHT + FLOOR_GAP) - FLOOR_GAP + 2 * MARGIN;
  const topOf = (floor: number) => MARGIN + (floors.length - 1 - floor) * (FLOOR_HEIGHT + FLOOR_GAP);
  const rooms = new Map<string, Room>();
  for (const [f, [floor, names]] of floors.entries()) {
    const width = (WIDTH - 2 * MARGIN - NAME_WIDTH - ROOM_GAP * names.length) / names.length;
    for (const [r, name] of names.entries()) {
      const id = `${floor}/${name}`;
      const left = MARGIN + NAME_WIDTH + r * (width + ROOM_GAP);
      const top = topOf(f) + (FLOOR_HEIGHT - ROOM_HEIGHT) / 2;
      rooms.set(id, { id, floor: f, left, top, width });
    }
  }
  const arrows = [...imports]
    .flatMap(([from, targets]) => [...targets].filter((to) => !isImplied(imports, from, to)).map((to) => [from, to]))
    .map(([from, to]) => arrow(rooms.get(from as string) as Room, rooms.get(to as string) as Room));
  const bands = floors.map(([floor], f) => band(floor, topOf(f)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">`,
    `<title id="title">The floors and rooms of src, and which imports which</title>`,
    STYLE,
    `<rect class="page" width="${WIDTH}" height="${height}"/>`,
    `<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>`,
    ...bands,
    ...arrows,
    ...[...rooms.values()].map(box),
    "</svg>\n",
  ].join("\n");
}

const STYLE = `<style>
text { font: 14px system-ui, sans-serif; fill: #1f2328; }
.page { fill: #ffffff; } .floor { fill: #f0f2f5; } .name { font-weight: 600; } .room { fill: #ffffff; stroke: #8c959f; }
.arrow { fill: none; stroke: #3b6ea8; stroke-opacity: 0.75; } .head { fill: #3b6ea8; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .page { fill: #0d1117; } .floor { fill: #1b2027; } .room { fill: #0d1117; stroke: #656d76; }
  .arrow { stroke: #79b0ee; } .head { fill: #79b0ee; }
}
</style>`;

function band(floor: string, top: number): string {
  return [
    `<rect class="floor" x="${MARGIN}" y="${top}" width="${WIDTH - 2 * MARGIN}" height="${FLOOR_HEIGHT}" rx="6"/>`,
    `<text class="name" x="${MARGIN + 12}" y="${top + FLOOR_HEIGHT / 2 + 5}">${floor}/</text>`,
  ].join("");
}

function box({ id, left, top, width }: Room): string {
  const center = round(left + width / 2);
  return [
    `<rect class="room" x="${round(left)}" y="${top}" width="${round(width)}" height="${ROOM_HEIGHT}" rx="5"/>`,
    `<text x="${center}" y="${top + ROOM_HEIGHT / 2 + 5}" text-anchor="middle">${id.split("/")[1]}</text>`,
  ].join("");
}

/** From the lower edge of a room down to the upper edge of one on a lower floor; on one floor from side to side, above rooms between. */
function arrow(from: Room, to: Room): string {
  const [fromCenter, toCenter] = [from, to].map(({ left, width }) => left + width / 2) as [number, number];
  if (from.floor === to.floor) {
    const isNext = Math.abs(from.left - to.left) <= from.width + ROOM_GAP + 1;
    if (isNext) {
      const y = from.top + ROOM_HEIGHT / 2;
      return path(`M${round(from.left)} ${y}L${round(to.left + to.width)} ${y}`);
    }
    const y = from.top - 9;
    return path(
      `M${round(fromCenter)} ${from.top}C${round(fromCenter)} ${y} ${round(fromCenter - 20)} ${y} ${round(fromCenter - 36)} ${y}L${round(toCenter + 36)} ${y}C${round(toCenter + 20)} ${y} ${round(toCenter)} ${y} ${round(toCenter)} ${to.top}`,
    );
  }
  // ends are apart, so that arrows to one room can be told from each other
  const x = toCenter + Math.max(-1, Math.min(1, (fromCenter - toCenter) / WIDTH)) * to.width * 0.7;
  const [start, end] = [from.top + ROOM_HEIGHT, to.top];
  const bend = Math.min(60, (end - start) / 2);
  return path(
    `M${round(fromCenter)} ${start}C${round(fromCenter)} ${round(start + bend)} ${round(x)} ${round(end - bend)} ${round(x)} ${end}`,
  );
}

function path(d: string): string {
  return `<path class="arrow" d="${d}" marker-end="url(#head)"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(ARCHITECTURE_FIGURE, architectureFigure());
  console.log("docs/figures/architecture.svg");
}
