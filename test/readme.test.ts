import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { blocksOf, commandLines } from "./docs/command-blocks.ts";

const root = join(import.meta.dirname, "..");

describe("the README", () => {
  const text = readFileSync(join(root, "README.md"), "utf8");

  it("fits on a page, in the order in which a reader asks", () => {
    const lines = text.split("\n");
    expect(lines.length).toBeLessThanOrEqual(150);
    const asked = [
      "# Shiftline",
      "npm start ",
      "npm test ",
      "docs/figures/openclip-zoo/all-shifts.png",
      "## From a weight file to the table of a paper",
      "## The report",
      "docs/figures/report/",
      "## Limits",
      "## Documentation",
      "(docs/README.md)",
      "## License and citation",
    ];
    const places = asked.map((words) => lines.findIndex((line) => line.includes(words)));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it("goes from a weight file to the table of a paper in at most six working commands", () => {
    const run = blocksOf("README.md", text).filter(({ mark }) => mark?.kind === "run");
    const commands = run.flatMap(({ content }) => commandLines(content));
    expect(commands.map((line) => line.split(" ")[2])).toEqual([
      "inspect",
      "evaluate",
      "fit",
      "table",
      "report",
      "cite",
    ]);
  });
});
