import { z } from "zod";
import { checkJson } from "../../foundation/files/parse-json.ts";
import type { LineRules } from "./line-rules.ts";

const fraction = z.number().min(0).max(1);

const ruleSchema = z.strictObject({
  benchmark: z.string(),
  idSide: z.string(),
  from: fraction.optional(),
  without: z.array(z.string()).default([]),
  splitAt: fraction.optional(),
});

const rulesSchema = z.strictObject({
  group: z.string().optional(),
  withoutNamesContaining: z.array(z.string()).default([]),
  lines: z.array(ruleSchema).default([]),
});

/**
 * Parses the rules of a baseline's lines. Apart from what uses them, which a browser runs too: the checks weigh more.
 *
 * @throws InputError naming the file and the field that is not as it should be
 */
export function parseLineRules(content: unknown, where: string): LineRules {
  return checkJson(content, where, rulesSchema);
}
