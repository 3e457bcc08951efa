import { z } from "zod";

/** A special token as the files beside a tokenizer name it: its text, or an object that has it as `content`. */
export const TOKEN_NAME = z.union(
  [z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)],
  { error: "expected a token or null" },
);
