/** Identifies a result. Names are in camel case here and in snake_case in files. */
export interface EvaluationKey {
  /** name of the checkpoint, or of a baseline's model */
  readonly checkpoint: string;
  /** id of the benchmark: `imagenet-a` */
  readonly benchmark: string;
  /** "" where a source does not name it: the benchmark's default */
  readonly protocol: string;
  /** template set, "" where there is none or a source does not name it */
  readonly templates: string;
  /** class-name list, "" where there is none or a source does not name it */
  readonly classNames: string;
}

export type KeyField = keyof EvaluationKey;

/** A key without its checkpoint: the task on which checkpoints are compared. */
export type TaskKey = Omit<EvaluationKey, "checkpoint">;

/**
 * The fields of a key, in the order by which results are sorted. In a match, an earlier field outweighs all later ones.
 */
export const KEY_FIELDS = ["checkpoint", "benchmark", "protocol", "templates", "classNames"] as const;
export const TASK_FIELDS = ["benchmark", "protocol", "templates", "classNames"] as const;

/** Picks the key from a record that contains one, without the record's other fields. */
export function evaluationKey({
  checkpoint,
  benchmark,
  protocol,
  templates,
  classNames,
}: EvaluationKey): EvaluationKey {
  return { checkpoint, benchmark, protocol, templates, classNames };
}

/** Picks the key without the checkpoint. */
export function taskKey({ benchmark, protocol, templates, classNames }: TaskKey): TaskKey {
  return { benchmark, protocol, templates, classNames };
}

/**
 * Returns the string form of a key: equal for equal keys and different for different keys, for all characters that the
 * names contain.
 *
 * @param fields the fields that count; all where absent
 */
export function keyText(key: EvaluationKey): string;
export function keyText<Field extends KeyField>(key: Pick<EvaluationKey, Field>, fields: readonly Field[]): string;
export function keyText(key: Partial<EvaluationKey>, fields: readonly KeyField[] = KEY_FIELDS): string {
  return JSON.stringify(fields.map((field) => key[field]));
}

/**
 * Orders keys field by field, by code units, so that the order is the same on every machine. A field that is missing on
 * both sides is equal; a field that only the second key has sorts it after the first.
 *
 * @returns negative, 0 or positive, as `Array.prototype.sort` expects
 */
export function compareKeys(a: Partial<EvaluationKey>, b: Partial<EvaluationKey>): number {
  for (const field of KEY_FIELDS) {
    const order = compareTexts(a[field] ?? "", b[field] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

/** Orders texts by code units. @returns −1, 0 or 1 */
export function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/**
 * Returns the id of a protocol restricted to a list of classes: `1000@imagenet100`. No protocol id in a definition
 * contains "@".
 */
export function subsetProtocol(protocol: string, classes: string): string {
  return `${protocol}@${classes}`;
}

/**
 * Splits the id of a protocol into the protocol and the list of classes that it is restricted to; null where it covers
 * all its classes.
 */
export function splitProtocol(protocol: string): { readonly whole: string; readonly classes: string | null } {
  const at = protocol.indexOf("@");
  return at === -1
    ? { whole: protocol, classes: null }
    : { whole: protocol.slice(0, at), classes: protocol.slice(at + 1) };
}

/** Describes a benchmark and its protocol: `imagenet-a, protocol 200`. */
export function taskWords({ benchmark, protocol }: Pick<TaskKey, "benchmark" | "protocol">): string {
  return protocol === "" ? benchmark : `${benchmark}, protocol ${protocol}`;
}

/** Whether two keys have the same benchmark, protocol and prompts; their checkpoints may differ. */
export function isSameTask(a: TaskKey, b: TaskKey): boolean {
  return TASK_FIELDS.every((field) => a[field] === b[field]);
}

/** Whether a subject includes a key. A field that the subject does not have matches every value. */
export function matches(subject: Partial<EvaluationKey>, key: Partial<EvaluationKey>): boolean {
  return KEY_FIELDS.every((field) => subject[field] === undefined || subject[field] === key[field]);
}

/**
 * Measures how much two keys share. A field that agrees outweighs all later fields: the protocol before the template
 * set before the class names.
 *
 * @returns a whole number from 0, where no field agrees, to 31, where all do
 */
export function matchScore(a: Partial<EvaluationKey>, b: Partial<EvaluationKey>): number {
  return KEY_FIELDS.reduce((score, field) => 2 * score + Number(a[field] === b[field]), 0);
}

/** Returns the candidates that share most with a key, in their order; empty where there are no candidates. */
export function closestKeys<Candidate extends Partial<EvaluationKey>>(
  key: Partial<EvaluationKey>,
  candidates: readonly Candidate[],
): Candidate[] {
  const best = Math.max(...candidates.map((candidate) => matchScore(key, candidate)));
  return candidates.filter((candidate) => matchScore(key, candidate) === best);
}
