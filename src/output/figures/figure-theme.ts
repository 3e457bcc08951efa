/** Colors of a figure: CSS colors, or `var(--…)` if the page decides. */
export interface FigureTheme {
  readonly background: string;
  readonly ink: string;
  /** axes, tick labels, notes */
  readonly muted: string;
  readonly grid: string;
  /** the baseline's points, line and bands */
  readonly baseline: string;
  readonly checkpoint: string;
  /** checkpoints and lines that are not in focus */
  readonly context: string;
  /** one per group, in order; reused after the last with another marker */
  readonly groups: readonly string[];
}

/**
 * For screens and paper. The colors are those of Okabe and Ito for color-blind readers, without yellow, which is hard
 * to see on white; ordered so that neighbors differ in lightness too.
 *
 * @see M. Okabe & K. Ito, Color universal design, 2008, https://jfly.uni-koeln.de/color/
 */
export const LIGHT: FigureTheme = {
  background: "#ffffff",
  ink: "#1b1f24",
  muted: "#59636e",
  grid: "#eceef1",
  baseline: "#0072b2",
  checkpoint: "#d55e00",
  context: "#8d959e",
  groups: ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#1b1f24"],
};

export const DARK: FigureTheme = {
  background: "#15181d",
  ink: "#e8eaed",
  muted: "#9ba4af",
  grid: "#2a2f37",
  baseline: "#56b4e9",
  checkpoint: "#ff8c42",
  context: "#717b87",
  groups: ["#56b4e9", "#f0e442", "#00c08b", "#ff8c42", "#e59cc6", "#3f8fd6", "#e8eaed"],
};

/** For paper: black ink, and no grid. */
export const PRINT: FigureTheme = { ...LIGHT, ink: "#000000", muted: "#333333", grid: "none" };

/**
 * Markers of the groups, by Plot's names. The numbers of markers and colors have no common factor, so 42 pairs are
 * distinct.
 */
export const GROUP_SYMBOLS = ["circle", "square", "triangle", "diamond", "star", "wye"] as const;

/** Returns color and marker of the group at an index of the panel's list. */
export function groupStyle(theme: FigureTheme, index: number) {
  const symbol = GROUP_SYMBOLS[index % GROUP_SYMBOLS.length] as (typeof GROUP_SYMBOLS)[number];
  return { color: theme.groups[index % theme.groups.length] as string, symbol };
}
