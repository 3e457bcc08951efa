import { z } from "zod";

/** A special token in the files of a tokenizer: its text, or an object with the text as `content`. */
export const TOKEN_NAME = z.union(
  [z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)],
  { error: "expected a token or null" },
);
