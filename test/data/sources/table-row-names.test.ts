import { expect, it } from "vitest";
import { rowNames } from "../../../src/data/sources/table-row-names.ts";

it.each([
  ["as they are", ["b.png", "a/b.png", "a\\c.png"], ["b.png", "a/b.png", "a\\c.png"]],
  [
    "without the folders of the original machine",
    ["/root/.cache/a.png", "C:\\data\\b.png", "../../c.png"],
    ["a.png", "b.png", "c.png"],
  ],
  [
    "after numbers where two are equal",
    ["x/a.png", "/y/a.png", "/z/a.png"],
    ["00000000/x/a.png", "00000001/a.png", "00000002/a.png"],
  ],
  ["as numbers where there are none", [null, "", ".."], ["00000000", "00000001", "00000002"]],
  ["after numbers where some are missing", ["a.png", null], ["00000000/a.png", "00000001"]],
])("names rows %s", (_, paths, names) => {
  expect(rowNames(paths)).toEqual(names);
});
