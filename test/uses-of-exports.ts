import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Statements that use every export of the package: one for the parameters and one for the result of each function, one for
 * each property of each interface and class. The type of each constant is inferred, so TypeScript writes its declaration only
 * if the package exports the name of that type.
 *
 * @param dist folder of the declarations
 */
export function usesOfExports(dist: string): string[] {
  const index = readFileSync(join(dist, "index.d.ts"), "utf8").replace(/\/\*\*[\s\S]*?\*\//g, "");
  const uses = [...index.matchAll(/export (type )?\{([^}]*)\} from "\.\/([^"]*)\.ts"/g)].flatMap(
    ([, onlyTypes, names = "", file]) => {
      const text = readFileSync(join(dist, `${file}.d.ts`), "utf8");
      return names.split(",").flatMap((entry) => {
        const [, isType = onlyTypes, name = "", as = name] = /^\s*(type )?(\w+)(?: as (\w+))?\s*$/.exec(entry) ?? [];
        return name === "" ? [] : [...propertiesOf(text, name, as), ...(isType ? [] : partsOf(text, name, as))];
      });
    },
  );
  return ['import type * as library from "shiftline";', ...uses];
}

function propertiesOf(text: string, name: string, as: string): string[] {
  const declared = new RegExp(`export (?:declare )?(?:interface|class) ${name}\\b[^{]*\\{([\\s\\S]*?)\\n\\}`).exec(
    text,
  );
  const properties = [...(declared?.[1] ?? "").matchAll(/^ {4}(?:readonly )?(\w+)\??[:(<]/gm)].map(
    ([, found]) => found,
  );
  return properties
    .filter((property) => property !== "constructor")
    .map((property) => `export const ${as}_${property} = take<library.${as}["${property}"]>();`);
}

function partsOf(text: string, name: string, as: string): string[] {
  if (!new RegExp(`function ${name}\\b`).test(text)) return [];
  return [
    `export const ${as}__parameters = take<Parameters<typeof library.${as}>>();`,
    `export const ${as}__result = take<ReturnType<typeof library.${as}>>();`,
  ];
}
