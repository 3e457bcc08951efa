import { ACCURACY } from "../../../evaluation/scoring/metrics/registry.ts";

/** What the reader chose to see. It is kept in the address, so that a view can be sent to someone. */
export interface View {
  /** part of the page; "" for the overview. A tab that the page does not have shows the overview */
  readonly tab: string;
  /** the checkpoint whose page is open; "" for the tabs */
  readonly checkpoint: string;
  readonly baseline: string;
  readonly scale: string;
  /** column of the metadata; "" for none */
  readonly group: string;
  /** shift in the plot */
  readonly benchmark: string;
  readonly protocol: string;
  /** x axis: all classes of ImageNet, or those of the shift; "" as the baseline's rules have it */
  readonly axis: Axis;
  /** numeric column of the metadata on the x axis; "" for an accuracy */
  readonly x: string;
  /** the benchmark in distribution; "" for the study's first */
  readonly id: string;
  /** template set and class names, as `promptsOf` writes them */
  readonly prompts: string;
  /** what highlighted names hold */
  readonly search: string;
  readonly metric: string;
  /** the two that are compared */
  readonly first: string;
  readonly second: string;
  /** image set of classes and agreement */
  readonly set: string;
  /** how tables are sorted, see `formatOrder` */
  readonly sort: string;
  /** tables that show all their rows, comma-separated */
  readonly whole: string;
  /** window of the plot, see `formatWindow`; "" as it begins, "all" for every point */
  readonly zoom: string;
  /** group whose band is in the plot; "" for that of the baseline alone */
  readonly band: string;
  /** the browser of images: who is right, see `parseShow`; "" for the first checkpoint's mistakes */
  readonly show: string;
  /** label, and class that the first checkpoint takes images for; "" for any */
  readonly label: string;
  readonly as: string;
  /** words that an image or its classes have */
  readonly find: string;
  /** see `parseOrder` */
  readonly order: string;
  /** "only" for images that have a picture */
  readonly pictured: string;
  /** name of the image that is open */
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

/** What an address says, over the view that the page starts with. */
export function parseView(hash: string, start: View): View {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const values = Object.fromEntries(
    Object.keys(START).flatMap((name) => (given.has(name) ? [[name, given.get(name) as string]] : [])),
  ) as Partial<View>;
  return { ...start, ...values, axis: parseAxis(values.axis) };
}

/** The address of a view: only what differs from the start. */
export function formatView(view: View, start: View): string {
  const chosen = new URLSearchParams();
  for (const name of Object.keys(START) as (keyof View)[]) {
    if (view[name] !== start[name]) chosen.set(name, view[name]);
  }
  return `#${chosen}`;
}
