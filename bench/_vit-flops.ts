/** The shape of a Vision Transformer, as in open_clip_config.json. */
export interface VisionShape {
  readonly image_size: number;
  readonly patch_size: number;
  readonly width: number;
  readonly layers: number;
}

/**
 * Floating-point operations of a Vision Transformer per image, in GFLOP: two for each multiply-add of its matrix products
 * (patches, attention, two-layer perceptrons of four times the width, projection); element-wise operations are not counted.
 *
 * @param dimension of the embedding
 */
export function visionGflop(shape: VisionShape, dimension: number): number {
  const { width, layers } = shape;
  const patches = (shape.image_size / shape.patch_size) ** 2;
  const tokens = patches + 1;
  const perLayer = tokens * 12 * width * width + 2 * tokens * tokens * width;
  const multiplyAdds = patches * 3 * shape.patch_size ** 2 * width + layers * perLayer + width * dimension;
  return (2 * multiplyAdds) / 1e9;
}
