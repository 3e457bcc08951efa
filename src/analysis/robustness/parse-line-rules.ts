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
 * Parses the rules of a baseline's lines. In a separate file, because a browser uses the rules without these larger
 * checks.
 *
 * @throws InputError with the file and the invalid field
 */
export function parseLineRules(content: unknown, where: string): LineRules {
  return checkJson(content, where, rulesSchema);
}
