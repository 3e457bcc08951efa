/** CSV files that `fit` writes: never read as accuracies. */
export const FIT_OUTPUTS: readonly string[] = [
  ...["fits.csv", "robustness.csv", "influence.csv", "relative.csv"],
  ...["groups.csv", "group-tests.csv", "replicates.csv"],
];
