/**
 * Converts CMYK to RGB as Pillow does, without a color profile: each channel is the share of white that black leaves,
 * times the share that the ink leaves, with Pillow's rounding of a product of two bytes.
 *
 * @param cmyk  (h, w, 4), 255 is full ink
 * @param shift bits to drop from each sample: 0 for 8-bit samples, 8 for 16-bit ones
 * @returns (h, w, 3)
 * @see Pillow src/libImaging/Convert.c, cmyk2rgb
 */
export function cmykToRgb(cmyk: Uint8Array | Uint16Array, shift: 0 | 8): Uint8Array {
  const pixels = cmyk.length / 4;
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0, p = 0, out = 0; i < pixels; i++, p += 4, out += 3) {
    const white = 255 - (cmyk[p + 3]! >> shift);
    for (let c = 0; c < 3; c++) {
      const product = (cmyk[p + c]! >> shift) * white + 128;
      rgb[out + c] = white - (((product >> 8) + product) >> 8); // never below 0: the product is at most white
    }
  }
  return rgb;
}
