import { createRequire } from "node:module";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { BOLD, figureText, shortenMiddle, textWidth } from "../../../src/output/figures/figure-text.ts";
import { HOSTILE_NAMES } from "./samples.ts";

const fontfile = (face: string) =>
  createRequire(import.meta.url).resolve(`@expo-google-fonts/arimo/${face}/Arimo_${face}.ttf`);

/** Width of the ink that Pango draws, at 1000 pixels an em, between two bars of known place. */
async function inkWidth(text: string, face: string): Promise<number> {
  const markup = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const options = {
    font: `Arimo ${face === "700Bold" ? "Bold " : ""}72`,
    fontfile: fontfile(face),
    dpi: 72,
    rgba: false,
  };
  const { info } = await sharp({ text: { text: `|${markup}|`, ...options } })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { info: bars } = await sharp({ text: { text: "||", ...options } })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return (info.width - bars.width) / 72;
}

describe("text in figures", () => {
  it("is as wide as the font that comes with the package draws it", async () => {
    for (const text of [
      "ViT-L-14-336/openai",
      "0123456789.5 %",
      "RN50x64_quickgelu",
      "ImageNet top-1 accuracy",
      "#$&()*+<=>?@[]^{|}~",
    ]) {
      // two pixels of 72 an em: Pango rounds glyphs, and kerning brings some nearer
      expect(textWidth(text, 1), text).closeTo(await inkWidth(text, "400Regular"), 0.05 + 0.02 * text.length);
    }
    for (const title of ["ImageNet-Sketch", "Average of five shifts", "ObjectNet"]) {
      expect(BOLD * textWidth(title, 1)).toBeGreaterThan(await inkWidth(title, "700Bold"));
    }
  });

  it("shows what is not seen or turns the text, and keeps what is a letter", () => {
    expect(figureText("a\u202eb\u0000c\ud800d")).toBe("a\\u{202e}b\\u{0}c\ufffdd");
    expect(figureText("👩🏽‍🚀")).toBe("👩🏽‍🚀");
    expect(figureText("نموذج")).toBe("نموذج");
  });

  it("is shortened in its middle, between whole characters, to fit", () => {
    expect(shortenMiddle("short", 100, 10)).toBe("short");
    for (const name of HOSTILE_NAMES.map(figureText)) {
      const short = shortenMiddle(name, 60, 10);
      expect(textWidth(short, 10)).toBeLessThanOrEqual(60);
      expect(short.isWellFormed()).toBe(true);
    }
    expect(shortenMiddle("abcdefghijklmnopqrstuvwxyz", 60, 10)).toBe("abcde…wxyz");
  });
});
