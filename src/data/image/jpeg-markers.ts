/*
 * Functions that iterate over the markers of a JPEG, skipping segments by the length they state: in its header, after
 * its image data and for its size alone. The callers decide what a marker means and what is refused.
 *
 * @see ITU-T T.81, annex B
 */

/** Markers by their names in T.81, without the FF. */
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
 * Finds the next marker: one or more FF before another byte. FF 00 is a data byte.
 *
 * @returns the position after it, so that the byte before is the marker; −1 if the bytes end first
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

/**
 * Returns the end of a segment whose length is at a position. The length includes its own two bytes and may extend
 * beyond the file.
 */
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

/** Formats a marker: `FF D8`. */
export function markerName(marker: number): string {
  return `FF ${marker.toString(16).padStart(2, "0").toUpperCase()}`;
}
