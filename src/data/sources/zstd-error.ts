/** An error in a zstd stream. */
export class ZstdError extends Error {
  /** whether the stream is truncated */
  readonly isCut: boolean;

  constructor(message: string, isCut = false) {
    super(message);
    this.isCut = isCut;
  }
}
