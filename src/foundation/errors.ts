/**
 * Marks an error that the user can fix: a wrong path, a file that is not what it should be, an unknown id. The command
 * line prints its message alone and exits with 1. Any other error is a defect and is printed with its stack.
 *
 * Messages state where, what was expected, what was found and what to do, as a lower-case fragment without a full stop.
 */
export class InputError extends Error {
  /** name of the class, for checks across copies of the package */
  override readonly name = "InputError";
  /** a longer explanation that the message leaves out, such as all accepted values; printed under `--verbose` */
  readonly detail: string | undefined;

  constructor(message: string, options: ErrorOptions & { readonly detail?: string | undefined } = {}) {
    super(message, options);
    this.detail = options.detail;
  }
}
