import { homedir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { nearestName } from "../../foundation/closest-names.ts";
import { DEFAULT_LIMITS, type PageLimits } from "../../output/report/page-limits.ts";

/** Parses a path. Shells do not expand "~/" after "=", as in `--out=~/results`. */
export function pathValue(text: string): string {
  if (text === "~") return homedir();
  return text.startsWith("~/") ? join(homedir(), text.slice(2)) : text;
}

/** Collects an option's values: it may be repeated, and values may be separated by commas. */
export function values(text: string, previous: readonly string[] | undefined): string[] {
  const here = text.split(",").filter((value) => value !== "");
  if (here.length === 0) throw new InvalidArgumentError("expected a value");
  return [...(previous ?? []), ...here.map(pathValue)];
}

/** Collects column names with optional prefixes: the option may be repeated, and names may be separated by commas. */
export function columns(text: string, previous: readonly string[] | undefined): string[] {
  const here = text.split(",").map((name) => name.trim());
  if (here.some((name) => name === "")) throw new InvalidArgumentError("expected column names separated by commas");
  return [...(previous ?? []), ...here];
}

/** Collects an option's values, which may contain commas. */
export function texts(text: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), text];
}

/** Help text of `--highlight`. */
export const HIGHLIGHT =
  "checkpoints in focus; others are shown in gray and after them: a name, part of a name, or a glob such as '*-laion*'; may be repeated (default: yours, if there are also published ones)";

type Pairs = readonly (readonly [string, string])[] | undefined;

/** Collects ID=PATH pairs. */
export function pairs(text: string, previous: Pairs): [string, string][] {
  return gather(text, previous, "ID=PATH", pathValue);
}

/** Collects NAME=PATH pairs whose paths are inside a cluster's pods. */
export function claims(text: string, previous: Pairs): [string, string][] {
  return gather(text, previous, "NAME=PATH", (path) => path);
}

/** Collects protocols: BENCHMARK=PROTOCOL, or PROTOCOL for every benchmark that has it (benchmark ""). */
export function protocolChoices(text: string, previous: Pairs): [string, string][] {
  const at = text.indexOf("=");
  if (at === 0) throw new InvalidArgumentError("expected PROTOCOL or BENCHMARK=PROTOCOL");
  const here = values(text.slice(at + 1), undefined).map((id): [string, string] => [
    text.slice(0, Math.max(at, 0)),
    id,
  ]);
  return [...((previous ?? []) as [string, string][]), ...here];
}

/** Collects BENCHMARK=PROTOCOL pairs. */
export function protocols(text: string, previous: Pairs): [string, string][] {
  return gather(text, previous, "BENCHMARK=PROTOCOL", (protocol) => protocol);
}

function gather(text: string, previous: Pairs, form: string, read: (path: string) => string): [string, string][] {
  const at = text.indexOf("=");
  if (at <= 0 || at === text.length - 1) throw new InvalidArgumentError(`expected ${form}`);
  return [...((previous ?? []) as [string, string][]), [text.slice(0, at), read(text.slice(at + 1))]];
}

/** Parses a positive integer. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("expected a positive integer");
  return Number(text);
}

/** Parses the maximum size of a report in MB: the page, or the page and its pictures. */
export function budget(text: string): PageLimits {
  const [page, pictures, ...rest] = text.split(",").map((part) => 1e6 * positiveNumber(part));
  if (rest.length > 0) throw new InvalidArgumentError("expected PAGE or PAGE,PICTURES in MB");
  return { page: page ?? DEFAULT_LIMITS.page, pictures: pictures ?? DEFAULT_LIMITS.pictures };
}

/** Parses an accuracy strictly between 0 and 1, as a fraction or in percent: `0.6`, `60%`. */
export function accuracy(text: string): number {
  const percent = /^(.+?)\s*%$/.exec(text.trim());
  const value = percent === null ? Number(text) : Number(percent[1]) / 100;
  if (text.trim() !== "" && value > 0 && value < 1) return value;
  throw new InvalidArgumentError("expected an accuracy strictly between 0 and 1, such as 0.6 or 60%");
}

/** Parses a cosine in (0, 1]. */
export function cosine(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError("expected a cosine above 0 and at most 1");
}

/** Parses a positive number. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError("expected a positive number");
  }
  return value;
}

/** Returns a parser that accepts one of the names. */
export function choice(names: readonly string[]): (text: string) => string {
  return (text) => {
    if (names.includes(text)) return text;
    const nearest = nearestName(text, names);
    const meant = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    throw new InvalidArgumentError(`expected ${names.join(", ")}${meant}`);
  };
}
