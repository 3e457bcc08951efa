import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

/** Side of a picture, pixels. */
export const SIDE = 48;

/** Numbers in [0, 1) seeded by a text, the same on every machine: FNV-1a, then mulberry32. */
export function seededRandom(text) {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Reads a set's icons: name → { body, width, height }, aliases followed. */
export function readIcons(packages, style, names) {
  const set = JSON.parse(readFileSync(join(packages, "node_modules", "@iconify-json", style, "icons.json"), "utf8"));
  return names.map((name) => {
    const icon = set.icons[name] ?? set.icons[set.aliases?.[name]?.parent];
    if (icon === undefined) throw new Error(`${style}: no icon ${name}`);
    return { body: icon.body, width: icon.width ?? set.width ?? 16, height: icon.height ?? set.height ?? 16 };
  });
}

const between = (random, low, high) => low + (high - low) * random();
const color = (random, low, high) =>
  `rgb(${[0, 1, 2].map(() => Math.round(255 * between(random, low, high))).join(",")})`;

/**
 * One picture of an icon: turned by up to 25°, scaled to 0.62–0.98 of the picture, moved, on a flat or shaded background, in light or shade.
 * Sets with a single color (currentColor) are drawn in a random dark color.
 *
 * @returns SIDE × SIDE, RGB, as a sharp pipeline
 */
export function draw({ body, width, height }, random) {
  const scale = (between(random, 0.62, 0.98) * SIDE) / Math.max(width, height);
  const room = SIDE * 0.12;
  const [x, y] = [SIDE / 2 + between(random, -room, room), SIDE / 2 + between(random, -room, room)];
  const turn = between(random, -25, 25);
  const [from, to] = [color(random, 0.55, 1), color(random, 0.55, 1)];
  const background = random() < 0.5 ? from : "url(#shiftline-background)";
  const light = between(random, -0.28, 0.28);
  const angle = between(random, 0, 360);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${SIDE}" height="${SIDE}" viewBox="0 0 ${SIDE} ${SIDE}">
<defs><linearGradient id="shiftline-background" gradientTransform="rotate(${angle} .5 .5)"><stop stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient></defs>
<rect width="${SIDE}" height="${SIDE}" fill="${background}"/>
<g transform="translate(${x} ${y}) rotate(${turn}) scale(${scale}) translate(${-width / 2} ${-height / 2})">${body.replaceAll("currentColor", color(random, 0, 0.3))}</g>
<rect width="${SIDE}" height="${SIDE}" fill="${light < 0 ? "#000" : "#fff"}" fill-opacity="${Math.abs(light)}"/>
</svg>`;
  return sharp(Buffer.from(svg)).removeAlpha().toColourspace("srgb");
}
