import { type ImageOutcomes, makeOutcomes } from "../../../src/evaluation/results/image-outcomes.ts";

/** The outcomes of a list of images: `cluster` numbers them from 0, `images` names the set. */
export function outcomesOf(
  right: readonly boolean[],
  { cluster, images = "the same" }: { readonly cluster?: readonly number[]; readonly images?: string } = {},
): ImageOutcomes {
  const bits = new Uint32Array(Math.ceil(right.length / 32));
  const sizes: number[] = [];
  const correct: number[] = [];
  right.forEach((isRight, i) => {
    if (isRight) bits[i >>> 5] = (bits[i >>> 5] as number) | (1 << (i & 31));
    const c = cluster?.[i] ?? 0;
    sizes[c] = (sizes[c] ?? 0) + 1;
    correct[c] = (correct[c] ?? 0) + (isRight ? 1 : 0);
  });
  const total = right.filter(Boolean).length;
  return makeOutcomes(
    { n: right.length, correct: total, bits, images: { n: right.length, names: images, contents: null } },
    cluster === undefined ? null : { sha256: null, images: sizes, correct },
  );
}
