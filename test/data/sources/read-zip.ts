import { openFileBytes } from "../../../src/data/sources/byte-source.ts";
import { zipFormat } from "../../../src/data/sources/zip-format.ts";

export interface ReadMember {
  readonly name: string;
  readonly bytes: number;
  readonly content: Buffer;
}

/** Lists a zip, checks it, and reads each member whole and its first bytes. */
export async function readZip(path: string, passwordFile?: string) {
  const { members, notes, check } = await zipFormat.index(path, { passwordFile });
  await check?.();
  const reader = zipFormat.open({ passwordFile });
  const bytes = await openFileBytes(path);
  const file = { path, bytes };
  const read: ReadMember[] = [];
  try {
    for (const member of members) {
      const content = Buffer.from(await reader.read(file, member));
      for (const length of [1, 400, 5000]) {
        const head = await reader.readHead(file, member, new Uint8Array(length));
        if (!content.subarray(0, length).equals(head)) throw new Error(`${member.name}: its head is not its start`);
      }
      read.push({ name: member.name, bytes: member.bytes, content });
    }
  } finally {
    await reader.close();
    await bytes.close();
  }
  return { read, notes };
}
