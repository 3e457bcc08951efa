import { splice } from "./damage-bytes.ts";
import type { Random } from "./random.ts";

interface Segment {
  readonly at: number;
  readonly end: number;
  readonly marker: number;
}

/** The segments of a valid JPEG: markers with their parameters and, after each SOS, its entropy-coded data. */
function segments(bytes: Uint8Array): { headers: Segment[]; scans: Segment[] } {
  const headers: Segment[] = [];
  const scans: Segment[] = [];
  for (let p = 2; p + 4 <= bytes.length; ) {
    const marker = bytes[p + 1]!;
    if (bytes[p] !== 0xff || marker === 0xff) {
      p++;
      continue;
    }
    if (marker === 0xd9) break;
    const end = p + 2 + ((bytes[p + 2]! << 8) | bytes[p + 3]!);
    headers.push({ at: p, end, marker });
    p = end;
    if (marker !== 0xda) continue;
    while (p + 1 < bytes.length && (bytes[p] !== 0xff || bytes[p + 1] === 0 || (bytes[p + 1]! & 0xf8) === 0xd0)) p++;
    scans.push({ at: end, end: p, marker });
  }
  return { headers, scans };
}

const within = (segment: Segment, random: Random): number => segment.at + random.below(segment.end - segment.at);

/** Damage to a JPEG's structure: stray markers in scans; segments missing, repeated, moved or with a wrong length. */
export function damageJpeg(source: Uint8Array, random: Random): Uint8Array {
  const { headers, scans } = segments(source);
  if (headers.length === 0 || scans.length === 0) return source;
  const bytes = Uint8Array.from(source);
  const header = random.pick(headers);
  const scan = random.pick(scans);
  const anyMarker = (): number =>
    random.pick([
      0xd9,
      0xd8,
      0xda,
      0xc4,
      0xdb,
      0xdd,
      0xc0,
      0xe1,
      0xfe,
      0x01,
      0xdc,
      0xd0 + random.below(8),
      random.below(256),
    ]);
  switch (random.below(12)) {
    case 0: // a stray marker put into the scan
      return splice(bytes, within(scan, random), 0, Uint8Array.of(0xff, anyMarker()));
    case 1: // bytes of the scan turned into a marker
      bytes.set([0xff, anyMarker()], within(scan, random));
      return bytes;
    case 2: // with parameters
      return splice(
        bytes,
        within(scan, random),
        0,
        Uint8Array.of(
          0xff,
          anyMarker(),
          random.pick([0, 0, 0, 1, 0xff]),
          random.below(256),
          ...random.bytes(random.below(9)),
        ),
      );
    case 3: {
      // an escaped FF loses its zero, or gets another
      const from = within(scan, random);
      const at = bytes.indexOf(0xff, from);
      if (at > 0 && at + 1 < bytes.length) bytes[at + 1] = anyMarker();
      return bytes;
    }
    case 4:
      return splice(bytes, header.at, header.end - header.at, new Uint8Array(0));
    case 5:
      return splice(bytes, random.pick(headers).at, 0, bytes.slice(header.at, header.end));
    case 6: // a length that is not the segment's
      bytes[header.at + random.pick([2, 3, 3, 3])] = random.pick([0, 1, 2, 3, random.below(256)]);
      return bytes;
    case 7: // another kind of segment
      bytes[header.at + 1] = random.pick([anyMarker(), 0xc0 + random.below(16)]);
      return bytes;
    case 8: // within a header
      bytes[within(header, random)] = random.pick([0, 0xff, random.below(256)]);
      return bytes;
    case 9: {
      // bytes between segments, or padding
      const padding = random.chance(0.5)
        ? new Uint8Array(1 + random.below(4)).fill(0xff)
        : random.bytes(1 + random.below(6));
      return splice(bytes, header.at, 0, padding);
    }
    case 10: {
      // a new segment
      const length = 2 + random.below(30);
      const content = random.bytes(length - 2);
      const name = random.pick(["JFIF\0", "Exif\0\0", "ICC_PROFILE\0", "Adobe", "Photoshop 3.0\x008BIM", "MPF\0", ""]);
      content.set(Buffer.from(name, "latin1").subarray(0, content.length));
      const marker = random.pick([0xe0, 0xe1, 0xe2, 0xed, 0xee, 0xfe, 0xdd, anyMarker()]);
      return splice(bytes, header.at, 0, Uint8Array.of(0xff, marker, 0, length, ...content));
    }
    default: // the scan's data missing from here, with or without what follows it
      return splice(bytes, within(scan, random), random.pick([scan.end, bytes.length]) - scan.at, new Uint8Array(0));
  }
}
