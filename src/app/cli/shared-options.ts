/** What an option does in the help of every command that has it. */
export const INPUTS = "results folders, accuracies.csv files, or published baselines (default: results)";
export const RESULTS = "results, in place of arguments or beside them";
export const DATA_DIR =
  "where a benchmark is: its folder, a container (tar, zip, Parquet, Arrow), a pattern of these, or a list of paths and labels (.csv, .jsonl); may be repeated";
export const ZIP_PASSWORD = "file whose first line is the password of encrypted zips";
export const STUDY =
  "JSON file of a study with its own in-distribution benchmark and shifts (default: ImageNet and five shifts)";
export const METADATA =
  "CSV file with a row per checkpoint (default: openclip's, where its published rows are an input)";

/** Scales and kinds of line, as `parseScale` and `parseLine` know them: what fits is read only where it is used. */
export const SCALES: readonly string[] = ["logit", "probit", "linear"];
export const LINES: readonly string[] = ["least-squares", "binomial"];
