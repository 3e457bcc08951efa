/**
 * npm run onnx-schema: compiles src/model/onnx/onnx.proto to src/model/onnx/onnx-schema.ts, which is committed: pbf's readers and
 * writers, with types, and tables of the fields for code that processes bytes without reading them into objects.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileRaw } from "pbf/compile";
import resolve, { type ProtoField, type ProtoMessage } from "resolve-protobuf-schema";

const SOURCE = new URL("../src/model/onnx/onnx.proto", import.meta.url);
const RESULT = new URL("../src/model/onnx/onnx-schema.ts", import.meta.url);

/** A message with pbf's name for it: TypeProto.Tensor is TypeProtoTensor. */
interface NamedMessage {
  readonly name: string;
  readonly fields: readonly ProtoField[];
  /** type names in fields of the message → names of messages; other types are scalars or enums */
  readonly messages: ReadonlyMap<string, string>;
}

/** Wire type and TypeScript type of scalars; enums are varints. */
const SCALARS: Readonly<Record<string, { readonly wire: number; readonly type: string }>> = {
  string: { wire: 2, type: "string" },
  bytes: { wire: 2, type: "Uint8Array" },
  float: { wire: 5, type: "number" },
  int32: { wire: 0, type: "number" },
  int64: { wire: 0, type: "number" },
};
const ENUM = { wire: 0, type: "number" };

/** Generates the text of onnx-schema.ts from onnx.proto. */
export function compileSchema(): string {
  const schema = resolve.sync(fileURLToPath(SOURCE));
  for (const message of schema.messages) renameFields(message);
  const messages = nameMessages(schema.messages, "", new Map());
  const parts = [
    "// generated from onnx.proto by npm run onnx-schema; do not edit",
    'import type { PbfReader, PbfWriter } from "pbf";',
    DRAFT,
    ...messages.map(declareMessage),
    declareNumbers(messages),
    declareForms(messages),
    annotate(compileRaw(schema)),
  ];
  return `${parts.join("\n\n").trimEnd()}\n`;
}

const DRAFT = `/** A message to be written; absent fields are omitted. */
export type Draft<T> = T extends Uint8Array
  ? Uint8Array
  : T extends readonly (infer Item)[]
    ? readonly Draft<Item>[]
    : T extends object
      ? { readonly [Name in keyof T]?: Draft<T[Name]> | undefined }
      : T;`;

/** Converts onnx.proto's snake_case to camelCase, like protobuf's mapping to JSON. */
function renameFields(message: ProtoMessage): void {
  const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  for (const field of message.fields) {
    field.name = camelCase(field.name);
    field.oneof = field.oneof === null ? null : camelCase(field.oneof);
  }
  for (const inner of message.messages) renameFields(inner);
}

function nameMessages(
  messages: readonly ProtoMessage[],
  prefix: string,
  outer: ReadonlyMap<string, string>,
): NamedMessage[] {
  const known = new Map([...outer, ...messages.map(({ name }) => [name, prefix + name] as const)]);
  return messages.flatMap((message) => {
    const name = prefix + message.name;
    const inner = nameMessages(message.messages, name, known);
    const nestedNames = message.messages.map((part) => [part.name, name + part.name] as const);
    return [...inner, { name, fields: message.fields, messages: new Map([...known, ...nestedNames]) }];
  });
}

function declareMessage({ name, fields, messages }: NamedMessage): string {
  const lines = fields.map((field) => {
    const type = messages.get(field.type) ?? scalar(field).type;
    const isAbsent = !field.repeated && (messages.has(field.type) || field.type === "bytes");
    return `  ${field.name}: ${field.repeated ? `${type}[]` : isAbsent ? `${type} | undefined` : type};`;
  });
  for (const oneof of new Set(fields.flatMap((field) => field.oneof ?? []))) {
    const names = fields.filter((field) => field.oneof === oneof).map((field) => JSON.stringify(field.name));
    lines.push(`  /** the field of the oneof that is set */\n  ${oneof}: ${[...names, "undefined"].join(" | ")};`);
  }
  return `export interface ${name} {\n${lines.join("\n")}\n}`;
}

function declareNumbers(messages: readonly NamedMessage[]): string {
  const lines = messages.map(
    ({ name, fields }) => `  ${name}: { ${fields.map((field) => `${field.name}: ${field.tag}`).join(", ")} },`,
  );
  return `/** The fields' numbers. */\nexport const FIELD = {\n${lines.join("\n")}\n} as const;\n\nexport type MessageName = keyof typeof FIELD;`;
}

function declareForms(messages: readonly NamedMessage[]): string {
  const tables = messages.map(({ name, fields, messages: known }) => {
    const lines = fields.map((field) => {
      const message = known.get(field.type);
      const wire = message === undefined ? scalar(field).wire : 2;
      const form = `{ wire: ${wire}, repeated: ${field.repeated}, message: ${JSON.stringify(message ?? null)} }`;
      return `    ${field.tag}: ${form},`;
    });
    return `  ${name}: {\n${lines.join("\n")}\n  },`;
  });
  return `/** Encoding of a field in a message. */
export interface FieldForm {
  /** protobuf's wire type: 0 varint, 2 length-delimited, 5 four bytes; packed repeated numbers have type 2 */
  readonly wire: 0 | 2 | 5;
  readonly repeated: boolean;
  /** the type of the nested message */
  readonly message: MessageName | null;
}

/** The fields' forms, by their numbers. */
export const FORMS: Readonly<Record<MessageName, Readonly<Record<number, FieldForm>>>> = {
${tables.join("\n")}
};`;
}

function scalar({ name, type }: ProtoField): { readonly wire: number; readonly type: string } {
  const known = SCALARS[type];
  if (known === undefined && !/^[A-Z]/.test(type)) throw new Error(`${name}: unknown type ${type}`);
  return known ?? ENUM;
}

/** Adds types to pbf's JavaScript. */
function annotate(code: string): string {
  return code
    .replace(/^export const (\w+) = (\{[^}]*\});$/gm, "export const $1 = $2 as const;")
    .replace(
      /^export function read(\w+)\(pbf, end\) \{\n {4}const obj = /gm,
      "export function read$1(pbf: PbfReader, end?: number): $1 {\n    const obj: $1 = ",
    )
    .replace(/^ {4}let field;$/gm, "    let field: number;")
    .replace(
      /^export function write(\w+)\(obj, pbf\) \{/gm,
      "export function write$1(obj: Draft<$1>, pbf: PbfWriter): void {",
    )
    .replace(/(pbf\.writePacked\w+\(\d+, obj\.\w+)\)/g, "$1 as number[])");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(RESULT, compileSchema());
