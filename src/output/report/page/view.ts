import { ACCURACY } from "../../../evaluation/scoring/metrics/registry.ts";

/** The choices of the user. They are stored in the address, so that a view can be shared. */
export interface View {
  /** tab; "" for the overview. Unknown tabs show the overview */
  readonly tab: string;
  /** the checkpoint of the open page; "" for the tabs */
  readonly checkpoint: string;
  readonly baseline: string;
  readonly scale: string;
  /** column of the metadata; "" for none */
  readonly group: string;
  /** shift in the plot */
  readonly benchmark: string;
  readonly protocol: string;
  /** x axis: all classes of ImageNet, or those of the shift; "" as in the baseline's rules */
  readonly axis: Axis;
  /** numeric column of the metadata on the x axis; "" for an accuracy */
  readonly x: string;
  /** the benchmark in distribution; "" for the study's first */
  readonly id: string;
  /** template set and class names, as `promptsOf` writes them */
  readonly prompts: string;
  /** search for names to highlight */
  readonly search: string;
  readonly metric: string;
  /** the two compared checkpoints */
  readonly first: string;
  readonly second: string;
  /** image set of the class and agreement tabs */
  readonly set: string;
  /** order of tables, see `formatOrder` */
  readonly sort: string;
  /** tables that show all rows, comma-separated */
  readonly whole: string;
  /** window of the plot, see `formatWindow`; "" for the initial window, "all" for every point */
  readonly zoom: string;
  /** group whose band is in the plot; "" for the baseline's band only */
  readonly band: string;
  /** image browser: which checkpoint is right, see `parseShow`; "" for the first checkpoint's mistakes */
  readonly show: string;
  /** label, and class predicted by the first checkpoint; "" for any */
  readonly label: string;
  readonly as: string;
  /** words to find in images and their classes */
  readonly find: string;
  /** see `parseOrder` */
  readonly order: string;
  /** "only" for images with a picture */
  readonly pictured: string;
  /** name of the open image */
  readonly image: string;
}

export const START: View = {
  tab: "",
  checkpoint: "",
  baseline: "",
  scale: "",
  group: "",
  benchmark: "",
  protocol: "",
  axis: "",
  x: "",
  id: "",
  prompts: "",
  search: "",
  metric: ACCURACY.id,
  first: "",
  second: "",
  set: "",
  sort: "",
  whole: "",
  zoom: "",
  band: "",
  show: "",
  label: "",
  as: "",
  find: "",
  order: "",
  pictured: "",
  image: "",
};

export type Axis = "" | "all" | "same";

export function parseAxis(axis: string | undefined): Axis {
  return axis === "same" || axis === "all" ? axis : "";
}

/** Parses an address on top of the initial view. */
export function parseView(hash: string, start: View): View {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const values = Object.fromEntries(
    Object.keys(START).flatMap((name) => (given.has(name) ? [[name, given.get(name) as string]] : [])),
  ) as Partial<View>;
  return { ...start, ...values, axis: parseAxis(values.axis) };
}

/** Formats the address of a view: only the differences from the initial view. */
export function formatView(view: View, start: View): string {
  const chosen = new URLSearchParams();
  for (const name of Object.keys(START) as (keyof View)[]) {
    if (view[name] !== start[name]) chosen.set(name, view[name]);
  }
  return `#${chosen}`;
}
