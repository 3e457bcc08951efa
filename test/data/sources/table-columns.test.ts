import { describe, expect, it } from "vitest";
import { chooseColumns, TableFault, type TableField } from "../../../src/data/sources/table-columns.ts";

/** "name:kind", or "name:{fields}" for a struct. */
function fieldsOf(text: string): TableField[] {
  return [...text.matchAll(/([\w]+):(?:\{([^}]*)\}|(\w+))/g)].map(([, name = "", inside, kind]) => ({
    name,
    kind: inside === undefined ? (kind as TableField["kind"]) : "struct",
    fields: inside === undefined ? [] : fieldsOf(inside),
  }));
}

const features = (types: object) => JSON.stringify({ info: { features: types } });
const IMAGE = "image:{bytes:bytes path:text}";

describe("chooseColumns", () => {
  it.each([
    ["the Hub's", `${IMAGE} label:number`, ["image", "bytes"], ["image", "path"], "label"],
    [
      "WebDatasets as the Hub converts them",
      "jpg:{bytes:bytes path:text} cls:number json:struct",
      ["jpg", "bytes"],
      ["jpg", "path"],
      "cls",
    ],
    [
      "bytes in a column, and names in another",
      "data:bytes file_name:text Label:text",
      ["data"],
      ["file_name"],
      "Label",
    ],
    [
      "wnids rather than numbers whose order is unknown",
      `${IMAGE} label:number wnid:text`,
      ["image", "bytes"],
      ["image", "path"],
      "wnid",
    ],
    ["one of several columns of bytes by its name", "thumb:bytes image:bytes label:number", ["image"], null, "label"],
  ])("chooses %s", (_, fields, image, path, label) => {
    expect(chooseColumns(fieldsOf(fields), undefined)).toEqual({ image, path, label: [label], labelNames: null });
  });

  it.each([
    ["label:number class_name:text", ["class_name"]],
    ["label:number category:text class:text", ["class"]],
    ["label:number caption:text path:text", undefined],
    ["label:text class_name:text", undefined],
  ])("of %s chooses the text next to numeric labels", (fields, text) => {
    expect(chooseColumns(fieldsOf(`image:bytes ${fields}`), undefined).labelText).toEqual(text);
  });

  it("uses the columns that features declare, with the names of classes", () => {
    const declared = features({
      photo: { _type: "Image" },
      kind: { _type: "ClassLabel", names: ["cat", "dog"] },
      label: { dtype: "int64", _type: "Value" },
      tags: [{ _type: "Value" }],
    });
    const fields = fieldsOf("photo:{bytes:bytes path:text} mask:{bytes:bytes path:text} kind:number label:number");
    expect(chooseColumns(fields, declared)).toEqual({
      image: ["photo", "bytes"],
      path: ["photo", "path"],
      label: ["kind"],
      labelNames: ["cat", "dog"],
    });
  });

  it.each([
    ["label:number", /no column of images .* among label \(number\)/],
    [IMAGE, /no column of labels/],
    ["a:bytes b:bytes label:number", /several columns may be the images \(a, b\)/],
    [`${IMAGE} fine:number coarse:number`, /no column of labels/],
  ])("refuses %s", (fields, message) => {
    expect(() => chooseColumns(fieldsOf(fields), undefined)).toThrow(TableFault);
    expect(() => chooseColumns(fieldsOf(fields), undefined)).toThrow(message);
  });

  it("refuses features that cannot be read, and several labels without a known name", () => {
    expect(() => chooseColumns(fieldsOf(`${IMAGE} label:number`), "{")).toThrow(/are not JSON/);
    const two = features({ fine: { _type: "ClassLabel" }, coarse: { _type: "ClassLabel" } });
    expect(() => chooseColumns(fieldsOf(`${IMAGE} fine:number coarse:number`), two)).toThrow(
      /several columns may be the labels \(fine, coarse\)/,
    );
  });
});
