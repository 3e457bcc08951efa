/** Help texts of options that several commands have. */
export const INPUTS = "results folders, accuracies.csv files or published baselines (default: results)";
export const RESULTS = "results, instead of arguments or in addition to them";
export const DATA_DIR =
  "location of a benchmark: its folder, a container (tar, zip, Parquet, Arrow), a pattern of these, or a list of paths and labels (.csv, .jsonl); may be repeated";
export const ZIP_PASSWORD = "file whose first line is the password of encrypted zip archives";
export const STUDY =
  "JSON file of a study that defines in-distribution benchmarks and shifts (default: ImageNet and five shifts)";
export const METADATA =
  "CSV file with one row per checkpoint (default: that of the published baseline openclip, if it is an input)";

/** Scales and kinds of line, repeated here so that help does not load the fitting code. */
export const SCALES: readonly string[] = ["logit", "probit", "linear"];
export const LINES: readonly string[] = ["least-squares", "binomial"];
