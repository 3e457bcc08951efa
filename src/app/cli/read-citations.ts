import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { type BibEntry, parseBibEntries } from "../../foundation/files/bib-entries.ts";
import { packagePath } from "../../foundation/files/package-root.ts";
import { readJsonAs, readText } from "../../foundation/files/read-text.ts";

/** Maximum size of a user's .bib file in bytes. */
const MAX_BYTES = 10_000_000;

const keys = z.array(z.string());
const usesSchema = z.strictObject({
  baselines: z.record(z.string(), keys),
  templates: z.record(z.string(), keys),
  methods: z.record(z.string(), z.strictObject({ title: z.string(), cite: keys })),
});

/** Reference keys that baselines, template sets and methods are cited by. */
export type CitationUses = z.infer<typeof usesSchema>;

/** Reads the shipped references and their uses. */
export async function readCitations(): Promise<{
  readonly references: ReadonlyMap<string, BibEntry>;
  readonly uses: CitationUses;
}> {
  const path = packagePath("citations", "references.bib");
  const entries = parseBibEntries(await readText(path), path);
  return {
    references: new Map(entries.map((entry) => [entry.key, entry])),
    uses: await readJsonAs(packagePath("citations", "uses.json"), usesSchema),
  };
}

/**
 * Returns the entries that a benchmark is cited by.
 *
 * @param cite  keys of the references, or paths of .bib files
 * @param where path of the definition, for messages
 * @throws InputError for an unknown key, or a file that is not BibTeX
 */
export async function resolveCitations(
  cite: readonly string[],
  references: ReadonlyMap<string, BibEntry>,
  where: string,
): Promise<BibEntry[]> {
  const found: BibEntry[] = [];
  for (const name of cite) {
    const known = references.get(name);
    if (known !== undefined) found.push(known);
    else if (name.endsWith(".bib")) {
      const entries = parseBibEntries(await readText(name, MAX_BYTES), name);
      if (entries.length === 0) throw new InputError(`${name}: contains no BibTeX entry`);
      found.push(...entries);
    } else {
      throw new InputError(
        `${where}: cite: ${name}: expected the name of a .bib file in the same folder, or one of ${[...references.keys()].join(", ")}`,
      );
    }
  }
  return found;
}
