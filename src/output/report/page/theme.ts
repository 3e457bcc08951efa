import { DARK, type FigureTheme, LIGHT, PRINT } from "../../figures/figure-theme.ts";
import { VERDICTS } from "./verdict-groups.ts";

/*
 * The plot takes its colors from CSS variables, so it follows the user's choice, the system and print styles without
 * being redrawn; scripts have no time to redraw before printing.
 */

/** Backgrounds of the page, as in its styles. */
const BACKGROUNDS = { light: "#ffffff", dark: "#12161c" } as const;

type Colors = Readonly<Record<string, string | readonly string[]>>;

/** Colors of figures on the page, as CSS variables. */
export const PAGE_THEME: FigureTheme = Object.fromEntries(
  Object.entries(LIGHT as unknown as Colors).map(([name, value]) => [
    name,
    typeof value === "string" ? variable(name) : value.map((_, i) => variable(`${name}-${i}`)),
  ]),
) as unknown as FigureTheme;

/** Returns the colors of a figure whose groups are verdicts. @param groups in the order of the panel */
export function verdictTheme(theme: FigureTheme, groups: readonly string[]): FigureTheme {
  const [, , green, vermilion, , sky] = theme.groups;
  const colors: Readonly<Record<string, string | undefined>> = {
    [VERDICTS.above]: green,
    [VERDICTS.within]: sky,
    [VERDICTS.below]: vermilion,
  };
  return { ...theme, groups: groups.map((group) => colors[group] ?? theme.context) };
}

/** Returns the values of the variables for light and dark screens and for print. */
export function themeStyles(): string {
  const light = values({ ...LIGHT, background: BACKGROUNDS.light });
  const dark = values({ ...DARK, background: BACKGROUNDS.dark });
  return [
    `:root{${light}}`,
    `@media screen and (prefers-color-scheme:dark){:root:not([data-theme="light"]){${dark}}}`,
    `@media screen{:root[data-theme="dark"]{${dark}}}`,
    `@media print{:root{${values({ ...PRINT, grid: "transparent" })}}}`,
  ].join("\n");
}

function variable(name: string): string {
  return `var(${nameOf(name)})`;
}

function nameOf(name: string): string {
  return `--figure-${name}`;
}

function values(theme: FigureTheme): string {
  return Object.entries(theme as unknown as Colors)
    .flatMap(([name, value]) =>
      typeof value === "string"
        ? [`${nameOf(name)}:${value}`]
        : value.map((color, i) => `${nameOf(`${name}-${i}`)}:${color}`),
    )
    .join(";");
}
