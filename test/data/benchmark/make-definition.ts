/**
 * Files of a benchmark's definition: `<id>.csv`, the class list and names, and `<id>.json`, with one image per class in
 * folders named by class. `more` replaces single fields.
 */
export function definitionFiles(id: string, classes: readonly string[], more: object = {}): Record<string, string> {
  const list = `${id}.csv`;
  const definition = {
    ...{ id, version: 1, title: id, images: classes.length, classes: list, classNames: list },
    layouts: [{ kind: "class-folders", key: "name" }],
    protocols: [{ id: "all" }],
    ...more,
  };
  return {
    [list]: ["index,name", ...classes.map((name, index) => `${index},${name}`), ""].join("\n"),
    [`${id}.json`]: JSON.stringify(definition),
  };
}
