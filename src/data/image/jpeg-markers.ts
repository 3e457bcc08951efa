/*
 * How a JPEG is walked, in its header, behind its image data and for its size alone: from marker to marker, past segments
 * whose length they state. What a marker means where it is found, and what is refused, is up to who walks.
 *
 * @see ITU-T T.81, annex B
 */

/** Markers by the names that T.81 gives them, without their FF. */
export const MARKER = {
  /** temporary use in arithmetic coding */
  TEM: 0x01,
  SOF0: 0xc0,
  /** Huffman tables */
  DHT: 0xc4,
  /** reserved for extensions */
  JPG: 0xc8,
  /** arithmetic conditioning */
  DAC: 0xcc,
  SOF15: 0xcf,
  RST0: 0xd0,
  RST7: 0xd7,
  /** start and end of the image, start of a scan */
  SOI: 0xd8,
  EOI: 0xd9,
  SOS: 0xda,
  /** quantization tables */
  DQT: 0xdb,
  /** restart interval */
  DRI: 0xdd,
  /** hierarchical progression */
  DHP: 0xde,
  EXP: 0xdf,
  APP0: 0xe0,
  APP2: 0xe2,
  APP13: 0xed,
  APP14: 0xee,
  /** comment */
  COM: 0xfe,
} as const;

/**
 * The next marker: an FF, or several, before another byte. FF 00 is a byte of data.
 *
 * @returns the position behind it, so that the byte before is the marker; −1 if the bytes end before
 */
export function findMarker(bytes: Uint8Array, from: number): number {
  for (let p = from; ; ) {
    if (bytes[p] !== 0xff) p = bytes.indexOf(0xff, p); // in a header it is the next byte
    if (p < 0) return -1;
    while (bytes[p] === 0xff) p++;
    if (p >= bytes.length) return -1;
    if (bytes[p++] !== 0) return p;
  }
}

/** Where a segment ends whose length stands at a position; the length counts its own two bytes, and may lead beyond the file. */
export function segmentEnd(bytes: Uint8Array, at: number): number {
  return at + Math.max(2, (bytes[at]! << 8) | bytes[at + 1]!);
}

export function isRestart(marker: number): boolean {
  return marker >= MARKER.RST0 && marker <= MARKER.RST7;
}

/** Whether a marker has no segment. */
export function isStandalone(marker: number): boolean {
  return marker === MARKER.TEM || (marker >= MARKER.RST0 && marker <= MARKER.EOI);
}

export function isStartOfFrame(marker: number): boolean {
  const isOther = marker === MARKER.DHT || marker === MARKER.JPG || marker === MARKER.DAC;
  return marker >= MARKER.SOF0 && marker <= MARKER.SOF15 && !isOther;
}

/** `FF D8`. */
export function markerName(marker: number): string {
  return `FF ${marker.toString(16).padStart(2, "0").toUpperCase()}`;
}
