import type { z } from "zod";

/** What is wrong with a JSON file, field by field, in one line: `vision.file: Invalid input: expected string, …; size: …`. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "the whole file"}: ${issue.message}`).join("; ");
}
