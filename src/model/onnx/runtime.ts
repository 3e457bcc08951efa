import { InputError } from "../../foundation/errors.ts";

/** Where the graph runs: onnxruntime's execution provider. */
export type Provider = "cpu";

/**
 * Precision of the computation; the types in which a graph stores its weights, such as float16 or int8, are a property of the
 * graph.
 */
export type Precision = "float32";

/** The runtime of a graph. Provider and precision can affect results, threads cannot. */
export interface RuntimeKind {
  /** what computes */
  readonly provider: Provider;
  /** what is computed in */
  readonly precision: Precision;
}

/** What a graph is run by, with its threads. */
export interface Runtime extends RuntimeKind {
  /** threads per operation, or of a whole evaluation */
  readonly threads: number;
}

const PROVIDERS: readonly string[] = ["cpu"] satisfies Provider[];
const PRECISIONS: readonly string[] = ["float32"] satisfies Precision[];

/** The default runtime, which is also that of results from versions that did not record one. */
export const DEFAULT_RUNTIME: RuntimeKind = { provider: "cpu", precision: "float32" };

/**
 * Completes the requested runtime with defaults.
 *
 * @throws InputError for an unknown provider or precision
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
 * The suffix that a runtime adds to the keys of its results: empty for cpu and float32, so that results of earlier versions,
 * which had no other runtime, remain readable.
 */
export function runtimeKey({ provider, precision }: RuntimeKind): string[] {
  const isDefault = provider === DEFAULT_RUNTIME.provider && precision === DEFAULT_RUNTIME.precision;
  return isDefault ? [] : [provider, precision];
}
