import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openFileBytes } from "../../../src/data/sources/byte-source.ts";
import { zipFormat } from "../../../src/data/sources/zip-format.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { fixtures, temporaryFolder } from "../../helpers.ts";

const folder = join(fixtures, "zips");

interface Expected {
  readonly password: string;
  readonly archives: Readonly<Record<string, readonly { name: string; bytes: number; sha256: string }[]>>;
}

const { password, archives } = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;

function passwordFile(text: string | Buffer): string {
  const path = join(temporaryFolder(), "password.txt");
  writeFileSync(path, text);
  return path;
}

/** Lists a zip, and reads each member whole and in parts. */
async function readZip(path: string, password?: string) {
  const options = password === undefined ? {} : { passwordFile: password };
  const { members, notes, check } = await zipFormat.index(path, options);
  await check?.();
  const reader = zipFormat.open(options);
  const bytes = await openFileBytes(path);
  const file = { path, bytes };
  const read: { name: string; bytes: number; sha256: string }[] = [];
  try {
    for (const member of members) {
      const content = await reader.read(file, member);
      for (const length of [0, 1, 16, 400, 2400, 5000]) {
        const head = await reader.readHead(file, member, new Uint8Array(length));
        expect(Buffer.from(head).equals(content.subarray(0, length))).toBe(true);
      }
      read.push({ name: member.name, bytes: member.bytes, sha256: sha256(content) });
    }
  } finally {
    await reader.close();
    await bytes.close();
  }
  return { read, notes };
}

describe("zips of zipfile, Info-ZIP, 7-Zip and libarchive", () => {
  it.each(Object.entries(archives))(
    "%s: names, order and bytes are those that their readers give",
    async (name, expected) => {
      const isEncrypted = /^(?:aes|zipcrypto)/.test(name);
      const file = isEncrypted ? passwordFile(`${password}\r\nanother line\n`) : undefined;
      const { read, notes } = await readZip(join(folder, name), file);
      expect(read).toEqual(expected);
      expect(notes.length).toBe(name === "program.zip" ? 1 : 0);
    },
  );
});
