import { InputError } from "../../foundation/errors.ts";
import { makeNote, makeWarning, type Note } from "../../foundation/notes.ts";
import { type Checkpoint, openCheckpoint } from "../../model/checkpoint/open-checkpoint.ts";
import { checkCheckpointName } from "../results/replaceable-result.ts";

export interface OpenCheckpointsOptions {
  /** folders or files */
  readonly checkpoints: readonly string[];
  /** checkpoint path → its name in the results */
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly variant?: string | undefined;
  readonly arch?: string | undefined;
  /** results folder */
  readonly out: string;
  /** folder that caches the hashes of large files; not cached if undefined */
  readonly hashMemory?: string | undefined;
}

export interface OpenedCheckpoints {
  /** in the order given, with distinct ids */
  readonly checkpoints: readonly Checkpoint[];
  readonly notes: readonly Note[];
}

/**
 * Opens the checkpoints of an evaluation sequentially.
 *
 * @throws InputError as `openCheckpoint`; also if two have the same name, or the results folder contains results of a
 *   different checkpoint with that name
 */
export async function openCheckpoints(options: OpenCheckpointsOptions): Promise<OpenedCheckpoints> {
  const { names = {}, variant, arch, out, hashMemory } = options;
  const checkpoints: Checkpoint[] = [];
  const notes: Note[] = [];
  for (const path of options.checkpoints) {
    const name = names[path];
    const checkpoint = await openCheckpoint(path, {
      ...(hashMemory === undefined ? {} : { hashMemory }),
      ...(name === undefined ? {} : { name }),
      ...(variant === undefined ? {} : { variant }),
      ...(arch === undefined ? {} : { arch }),
    });
    const duplicate = checkpoints.find(({ id }) => id === checkpoint.id);
    if (duplicate !== undefined) {
      throw new InputError(
        `${duplicate.path} and ${path} would both be named "${checkpoint.id}"; rename one with --name ID=PATH`,
      );
    }
    await checkCheckpointName(out, checkpoint.id, checkpoint);
    notes.push(...notesOf(checkpoint));
    checkpoints.push(checkpoint);
  }
  const unknown = Object.keys(names).find((path) => !options.checkpoints.includes(path));
  if (unknown !== undefined) throw new InputError(`--name: ${unknown} is not among the checkpoints given`);
  return { checkpoints, notes };
}

function notesOf({ id, notes, warnings }: Checkpoint): Note[] {
  const about = { checkpoint: id };
  return [
    ...notes.map((text) => makeNote(`${id}: ${text}`, about, { text, names: [id] })),
    ...warnings.map((text) => makeWarning(`${id}: ${text}`, about, { text, names: [id] })),
  ];
}
