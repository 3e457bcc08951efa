/** pbf's compiler, and the parser that it uses, both without published types. */
declare module "resolve-protobuf-schema" {
  export interface ProtoField {
    name: string;
    readonly type: string;
    readonly tag: number;
    readonly repeated: boolean;
    oneof: string | null;
  }
  export interface ProtoMessage {
    readonly name: string;
    readonly fields: readonly ProtoField[];
    readonly messages: readonly ProtoMessage[];
    readonly enums: readonly { readonly name: string }[];
  }
  export interface ProtoSchema {
    readonly messages: readonly ProtoMessage[];
  }
  const resolve: { sync(path: string): ProtoSchema };
  export default resolve;
}

declare module "pbf/compile" {
  /** The JavaScript module of a schema's readers and writers. */
  export function compileRaw(schema: import("resolve-protobuf-schema").ProtoSchema): string;
}
