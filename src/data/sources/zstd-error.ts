/** What is wrong with a zstd stream. */
export class ZstdError extends Error {
  /** it ends before its end */
  readonly isCut: boolean;

  constructor(message: string, isCut = false) {
    super(message);
    this.isCut = isCut;
  }
}
