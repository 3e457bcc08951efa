import { crc32, deflateRawSync } from "node:zlib";

/** Fields of a local header or an entry of the directory; correct values where absent. */
export interface ZipClaims {
  readonly name?: string | Buffer;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly storedSize?: number;
  readonly extra?: Buffer;
  /** of the directory only */
  readonly offset?: number;
  readonly disk?: number;
  readonly host?: number;
  readonly attributes?: number;
}

/** A member for a test, valid or not: nothing here is checked. */
export interface MadeZipMember extends ZipClaims {
  readonly name: string | Buffer;
  readonly content?: string | Buffer;
  /** the stored bytes, where they differ from the compressed content */
  readonly packed?: Buffer;
  /** differs from the directory */
  readonly local?: ZipClaims;
  /** differs from the local header */
  readonly listed?: ZipClaims;
}

export interface MadeZipEnd {
  readonly count?: number;
  readonly offset?: number;
  readonly length?: number;
  readonly disk?: number;
  readonly comment?: string;
  readonly after?: Buffer;
}

/**
 * Makes the bytes of a zip from the tables of the format's description, without a library.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3
 */
export function makeZip(members: readonly MadeZipMember[], end: MadeZipEnd = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const content = Buffer.from(member.content ?? "");
    const method = member.method ?? 0;
    const packed = member.packed ?? (method === 8 ? deflateRawSync(content) : content);
    const truth = { ...member, method, crc: member.crc ?? crc32(content), size: member.size ?? content.length };
    const whole = { ...truth, storedSize: member.storedSize ?? packed.length, offset: member.offset ?? offset };
    const local = Buffer.concat([localHeader({ ...whole, ...member.local }), packed]);
    parts.push(local);
    directory.push(listedEntry({ ...whole, ...member.listed }));
    offset += local.length;
  }
  const listing = Buffer.concat(directory);
  const comment = Buffer.from(end.comment ?? "", "latin1");
  const tail = Buffer.alloc(22);
  tail.write("PK\x05\x06", 0, "latin1");
  tail.writeUInt16LE(end.disk ?? 0, 4);
  tail.writeUInt16LE(end.count ?? members.length, 8);
  tail.writeUInt16LE(end.count ?? members.length, 10);
  tail.writeUInt32LE(end.length ?? listing.length, 12);
  tail.writeUInt32LE(end.offset ?? offset, 16);
  tail.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, listing, tail, comment, end.after ?? Buffer.alloc(0)]);
}

function localHeader({
  name = "",
  flags = 0,
  method = 0,
  crc = 0,
  size = 0,
  storedSize = 0,
  extra,
}: ZipClaims): Buffer {
  const nameBytes = Buffer.from(name);
  const header = Buffer.alloc(30);
  header.write("PK\x03\x04", 0, "latin1");
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(storedSize, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(nameBytes.length, 26);
  header.writeUInt16LE(extra?.length ?? 0, 28);
  return Buffer.concat([header, nameBytes, extra ?? Buffer.alloc(0)]);
}

function listedEntry(claims: ZipClaims): Buffer {
  const { name = "", flags = 0, method = 0, crc = 0, size = 0, storedSize = 0, extra, offset = 0 } = claims;
  const nameBytes = Buffer.from(name);
  const entry = Buffer.alloc(46);
  entry.write("PK\x01\x02", 0, "latin1");
  entry[4] = 20;
  entry[5] = claims.host ?? 3;
  entry.writeUInt16LE(20, 6);
  entry.writeUInt16LE(flags, 8);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt32LE(crc, 16);
  entry.writeUInt32LE(storedSize, 20);
  entry.writeUInt32LE(size, 24);
  entry.writeUInt16LE(nameBytes.length, 28);
  entry.writeUInt16LE(extra?.length ?? 0, 30);
  entry.writeUInt16LE(claims.disk ?? 0, 34);
  entry.writeUInt32LE(claims.attributes ?? 0, 38);
  entry.writeUInt32LE(offset, 42);
  return Buffer.concat([entry, nameBytes, extra ?? Buffer.alloc(0)]);
}

/** A part of an extra field. */
export function extraPart(kind: number, content: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(kind, 0);
  head.writeUInt16LE(content.length, 2);
  return Buffer.concat([head, content]);
}
