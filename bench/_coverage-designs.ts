import { AGREEMENT_DESIGNS } from "./_coverage-agreement.ts";
import { COMPARISON_DESIGNS } from "./_coverage-comparisons.ts";
import type { CoverageDesign } from "./_coverage-design.ts";
import { GROUP_CHOICE_DESIGNS } from "./_coverage-group-choice.ts";
import { GROUP_DESIGNS } from "./_coverage-groups.ts";
import { MIXTURE_DESIGNS } from "./_coverage-mixtures.ts";
import { SCALING_DESIGNS } from "./_coverage-scaling.ts";
import { SHARED_DESIGNS } from "./_coverage-shared.ts";
import { SINGLE_DESIGNS } from "./_coverage-single.ts";

/** Every design of `npm run bench -- coverage`, in the order of its table. Each topic has a separate file. */
export const COVERAGE_DESIGNS: readonly CoverageDesign[] = [
  ...GROUP_DESIGNS,
  ...GROUP_CHOICE_DESIGNS,
  ...MIXTURE_DESIGNS,
  ...SCALING_DESIGNS,
  ...SHARED_DESIGNS,
  ...COMPARISON_DESIGNS,
  ...AGREEMENT_DESIGNS,
  ...SINGLE_DESIGNS,
];
