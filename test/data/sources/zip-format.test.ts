import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { fixtures, temporaryFolder } from "../../helpers.ts";
import { readZip } from "./read-zip.ts";

const folder = join(fixtures, "zips");

interface Expected {
  readonly password: string;
  readonly archives: Readonly<Record<string, readonly { name: string; bytes: number; sha256: string }[]>>;
}

const { password, archives } = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;

function passwordFile(text: string): string {
  const path = join(temporaryFolder(), "password.txt");
  writeFileSync(path, text);
  return path;
}

it.each(Object.entries(archives))(
  "%s: names, order and bytes equal those read by the program that wrote it",
  async (name, expected) => {
    const isEncrypted = /^(?:aes|zipcrypto)/.test(name);
    const file = isEncrypted ? passwordFile(`${password}\r\nanother line\n`) : undefined;
    const { read, notes } = await readZip(join(folder, name), file);
    const found = read.map(({ content, ...member }) => ({ ...member, sha256: sha256(content) }));
    expect(found).toEqual(expected);
    expect(notes.length).toBe(name === "program.zip" ? 1 : 0);
  },
);

describe.each(Object.keys(archives).filter((name) => /^(?:aes|zipcrypto)/.test(name)))("%s", (name) => {
  it("states which option is missing, and when a password is wrong; no message contains the password", async () => {
    const path = join(folder, name);
    await expect(readZip(path)).rejects.toThrow(/member "n0.*": encrypted; pass --zip-password-file FILE/);
    const wrong = passwordFile("GEHEIM\n");
    const error = await readZip(path, wrong).catch((cause: Error) => cause);
    expect(String(error)).toMatch(/InputError: .*member "n0.*": .*password/);
    expect(String(error)).not.toContain("GEHEIM");
  });
});

it.each([
  ["\n", "its first line is empty"],
  ["", "its first line is empty"],
  ["\ufeff\r\nx", "its first line is empty"],
])("a password file %j is refused", async (text, reason) => {
  await expect(readZip(join(folder, "zipcrypto.zip"), passwordFile(text))).rejects.toThrow(reason);
});
