/** The vendors' sets: name of the npm package below @iconify-json, its version, and what its pictures are for. */
export const STYLES = [
  { id: "fluent-emoji-flat", version: "1.2.6", role: "reference" },
  { id: "fluent-emoji", version: "1.2.7", role: "shift" },
  { id: "fxemoji", version: "1.2.2", role: "shift" },
  { id: "noto-v1", version: "1.2.5", role: "shift" },
  { id: "fluent-emoji-high-contrast", version: "1.2.6", role: "shift" },
  { id: "emojione-monotone", version: "1.2.1", role: "shift" },
  { id: "noto", version: "1.2.9", role: "source" },
  { id: "twemoji", version: "1.2.5", role: "source" },
  { id: "emojione", version: "1.2.3", role: "source" },
];

/** Pictures of a class in a benchmark, and in a source's training set. */
export const TEST_PICTURES = 4;
export const TRAIN_PICTURES = 64;
