/** The vendors' sets: name of the npm package below @iconify-json, its version, and the role of its pictures. */
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

/** Pictures per class in a benchmark, and in a source's training set. */
export const TEST_PICTURES = 4;
export const TRAIN_PICTURES = 64;

/**
 * Pictures per class in the full study's benchmarks, by the style's role. The first ones are those of the benchmarks above.
 * "second" are the second drawings below.
 */
export const STUDY_PICTURES = { reference: 16, shift: 8, source: 4, second: 32 };

/** Second drawings: other drawings of 35 of the things, in the training styles; no training set contains them. Icon → second icon. */
export const SECOND_DRAWINGS = {
  airplane: "small-airplane",
  automobile: "oncoming-automobile",
  bell: "bellhop-bell",
  bird: "eagle",
  blossom: "cherry-blossom",
  bread: "baguette-bread",
  bus: "oncoming-bus",
  calendar: "spiral-calendar",
  camera: "movie-camera",
  cat: "cat-face",
  cow: "cow-face",
  dog: "dog-face",
  envelope: "incoming-envelope",
  fish: "tropical-fish",
  handbag: "purse",
  horse: "horse-face",
  key: "old-key",
  microphone: "studio-microphone",
  monkey: "monkey-face",
  monorail: "suspension-railway",
  motorcycle: "motor-scooter",
  mouse: "mouse-face",
  newspaper: "rolled-up-newspaper",
  ox: "water-buffalo",
  pig: "pig-face",
  pushpin: "round-pushpin",
  rose: "wilted-flower",
  ship: "passenger-ship",
  skull: "skull-and-crossbones",
  star: "glowing-star",
  taxi: "oncoming-taxi",
  ticket: "admission-tickets",
  tiger: "tiger-face",
  train: "high-speed-train",
  whale: "spouting-whale",
};
