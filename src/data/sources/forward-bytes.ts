/** The bytes of a stream that is read forward, with the most recent ones kept. */
export interface ForwardBytes {
  /** Position of the first byte that is kept: earlier bytes cannot be read. */
  readonly start: number;
  /**
   * Reads a number of bytes from a position on, into new memory; fewer only where the stream ends. @throws the stream's
   * error
   */
  read(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Makes the bytes of a stream readable by position.
 *
 * @param chunks  the stream
 * @param keep    minimum number of bytes to keep; whole chunks are dropped
 */
export function openForward(chunks: AsyncGenerator<Uint8Array>, keep: number): ForwardBytes {
  let kept: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  let end = 0;
  let isDone = false;

  async function readOn(): Promise<boolean> {
    if (isDone) return false;
    const { value, done } = await chunks.next();
    if (done) {
      isDone = true;
      return false;
    }
    kept.push({ start: end, bytes: value });
    end += value.length;
    while (kept.length > 1 && end - (kept[1]?.start as number) >= keep) kept.shift();
    return true;
  }

  return {
    get start() {
      return kept[0]?.start ?? 0;
    },
    read: async (position, length) => {
      const into = new Uint8Array(length);
      let filled = 0;
      const take = ({ start, bytes }: { readonly start: number; readonly bytes: Uint8Array }) => {
        const from = position + filled - start;
        if (from < 0 || from >= bytes.length || filled === length) return;
        const part = bytes.subarray(from, from + length - filled);
        into.set(part, filled);
        filled += part.length;
      };
      if (position < end) for (const chunk of kept) take(chunk);
      while (filled < length && (await readOn())) take(kept.at(-1) as (typeof kept)[number]);
      return into.subarray(0, filled);
    },
    close: async () => {
      kept = [];
      await chunks.return(undefined);
    },
  };
}
