/** What one result is of. The names are those of code; files spell them in snake_case. */
export interface EvaluationKey {
  readonly checkpoint: string;
  readonly benchmark: string;
  /** "" where a source does not say: the benchmark's default */
  readonly protocol: string;
  /** template set and class-name list, "" where there is none or a source does not say */
  readonly templates: string;
  readonly classNames: string;
}

export type KeyField = keyof EvaluationKey;

/** A key without its checkpoint: what several checkpoints are compared on. */
export type TaskKey = Omit<EvaluationKey, "checkpoint">;

/** The fields of a key, in the order that results are sorted by. In a match an earlier field outweighs all later ones. */
export const KEY_FIELDS = ["checkpoint", "benchmark", "protocol", "templates", "classNames"] as const;
export const TASK_FIELDS = ["benchmark", "protocol", "templates", "classNames"] as const;

/** The key of whatever has one, without its other fields. */
export function evaluationKey({
  checkpoint,
  benchmark,
  protocol,
  templates,
  classNames,
}: EvaluationKey): EvaluationKey {
  return { checkpoint, benchmark, protocol, templates, classNames };
}

/** The same without the checkpoint. */
export function taskKey({ benchmark, protocol, templates, classNames }: TaskKey): TaskKey {
  return { benchmark, protocol, templates, classNames };
}

/**
 * The string form of a key: equal for equal keys, different for different ones, whatever characters are in the names.
 *
 * @param fields the part of the key that counts; the whole key where absent
 */
export function keyText(key: EvaluationKey): string;
export function keyText<Field extends KeyField>(key: Pick<EvaluationKey, Field>, fields: readonly Field[]): string;
export function keyText(key: Partial<EvaluationKey>, fields: readonly KeyField[] = KEY_FIELDS): string {
  return JSON.stringify(fields.map((field) => key[field]));
}

/**
 * Orders keys field by field, by code units: the same on every machine. A field that neither has is equal; one that only
 * the second has comes after.
 *
 * @returns negative, 0 or positive, as `Array.prototype.sort` takes it
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

/** The id of a protocol on a list of classes: `1000@imagenet100`. No protocol of a definition has "@" in its id. */
export function subsetProtocol(protocol: string, classes: string): string {
  return `${protocol}@${classes}`;
}

/** The protocol, and the list of classes that it is restricted to; null where it is on all its classes. */
export function splitProtocol(protocol: string): { readonly whole: string; readonly classes: string | null } {
  const at = protocol.indexOf("@");
  return at === -1
    ? { whole: protocol, classes: null }
    : { whole: protocol.slice(0, at), classes: protocol.slice(at + 1) };
}

/** A benchmark and its protocol in words: `imagenet-a, protocol 200`. */
export function taskWords({ benchmark, protocol }: Pick<TaskKey, "benchmark" | "protocol">): string {
  return protocol === "" ? benchmark : `${benchmark}, protocol ${protocol}`;
}

/** Whether two keys are of the same benchmark, protocol and prompts, whatever their checkpoints. */
export function isSameTask(a: TaskKey, b: TaskKey): boolean {
  return TASK_FIELDS.every((field) => a[field] === b[field]);
}

/** Whether a key is among those that `about` speaks of: a field that `about` does not have means all. */
export function matches(about: Partial<EvaluationKey>, key: Partial<EvaluationKey>): boolean {
  return KEY_FIELDS.every((field) => about[field] === undefined || about[field] === key[field]);
}

/**
 * How much two keys share. A field that agrees outweighs all that come after it: the protocol before the template set
 * before the class names.
 *
 * @returns a whole number, 0 where no field agrees, 31 where all do
 */
export function matchScore(a: Partial<EvaluationKey>, b: Partial<EvaluationKey>): number {
  return KEY_FIELDS.reduce((score, field) => 2 * score + Number(a[field] === b[field]), 0);
}

/** The candidates that share most with a key, in their order; none where there is no candidate. */
export function closestKeys<Candidate extends Partial<EvaluationKey>>(
  key: Partial<EvaluationKey>,
  candidates: readonly Candidate[],
): Candidate[] {
  const best = Math.max(...candidates.map((candidate) => matchScore(key, candidate)));
  return candidates.filter((candidate) => matchScore(key, candidate) === best);
}
