import { expect, it } from "vitest";
import { rowNames } from "../../../src/data/sources/table-row-names.ts";

it.each([
  ["as they are", ["b.png", "a/b.png", "a\\c.png"], ["b.png", "a/b.png", "a\\c.png"]],
  [
    "without the folders of the machine they were made on",
    ["/root/.cache/a.png", "C:\\data\\b.png", "../../c.png"],
    ["a.png", "b.png", "c.png"],
  ],
  [
    "behind numbers where two are one",
    ["x/a.png", "/y/a.png", "/z/a.png"],
    ["00000000/x/a.png", "00000001/a.png", "00000002/a.png"],
  ],
  ["as numbers where there are none", [null, "", ".."], ["00000000", "00000001", "00000002"]],
  ["behind numbers where not all are there", ["a.png", null], ["00000000/a.png", "00000001"]],
])("names rows %s", (_, paths, names) => {
  expect(rowNames(paths)).toEqual(names);
});
