import { InputError } from "../../foundation/errors.ts";

/** What computes: onnxruntime's execution provider. */
export type Provider = "cpu";

/** What is computed in; weights that a graph stores in other types, float16 or int8, are of the graph and not of this. */
export type Precision = "float32";

/** What a graph is run by. Provider and precision can change a number, threads cannot. */
export interface RuntimeKind {
  /** what computes */
  readonly provider: Provider;
  /** what is computed in */
  readonly precision: Precision;
}

/** What a graph is run by, with its threads. */
export interface Runtime extends RuntimeKind {
  /** for one operation, or of a whole evaluation */
  readonly threads: number;
}

const PROVIDERS: readonly string[] = ["cpu"] satisfies Provider[];
const PRECISIONS: readonly string[] = ["float32"] satisfies Precision[];

/** What runs a graph where nothing else is asked, and what ran every graph of versions that did not say. */
export const DEFAULT_RUNTIME: RuntimeKind = { provider: "cpu", precision: "float32" };

/**
 * The runtime that was asked for, with what was not said.
 *
 * @throws InputError for a provider or a precision that there is not
 */
export function chooseRuntime(asked: Partial<RuntimeKind> = {}): RuntimeKind {
  const { provider = DEFAULT_RUNTIME.provider, precision = DEFAULT_RUNTIME.precision } = asked;
  checkKnown("provider", provider, PROVIDERS);
  checkKnown("precision", precision, PRECISIONS);
  return { provider, precision };
}

function checkKnown(what: string, given: string, known: readonly string[]): void {
  if (!known.includes(given)) throw new InputError(`unknown ${what} "${given}"; known: ${known.join(", ")}`);
}

/**
 * What a runtime adds to the key of what it made: nothing for cpu and float32, so that what versions made that knew no other stays
 * readable.
 */
export function runtimeKey({ provider, precision }: RuntimeKind): string[] {
  const isDefault = provider === DEFAULT_RUNTIME.provider && precision === DEFAULT_RUNTIME.precision;
  return isDefault ? [] : [provider, precision];
}
