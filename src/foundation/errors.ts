/**
 * Marks what the user can put right: a wrong path, a file that is not what it should be, an unknown id.
 * The command line prints its message alone and exits with 1; anything else is a defect and prints its stack.
 *
 * Messages say where, what was expected, what came, and what to do: a lower-case fragment without a full stop.
 */
export class InputError extends Error {
  override readonly name = "InputError";
  /** what lies behind the message and would make it long: everything that is accepted, say; printed under `--verbose` */
  readonly detail: string | undefined;

  constructor(message: string, options: ErrorOptions & { readonly detail?: string | undefined } = {}) {
    super(message, options);
    this.detail = options.detail;
  }
}
