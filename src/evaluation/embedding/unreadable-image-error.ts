import { InputError } from "../../foundation/errors.ts";

/** An image that cannot be read stops the embedding: of every checkpoint, for it is the data that is wrong. */
export class UnreadableImageError extends InputError {}
