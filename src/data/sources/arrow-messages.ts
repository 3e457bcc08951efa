import { type ArrowBlock, type ArrowMessage, parseFooter, parseMessage } from "./arrow-metadata.ts";
import type { ByteSource } from "./byte-source.ts";
import { TableFault } from "./table-columns.ts";

/** A message, and the position of its body in the file. */
export type PlacedMessage = ArrowMessage & { readonly bodyStart: number };

export interface ArrowMessages {
  readonly messages: AsyncIterable<PlacedMessage>;
  /** true once all messages up to a stream's end marker were read; always true for a file */
  readonly isEnded: () => boolean;
}

/** Starts each message of a stream; the length of the metadata follows, 0 at the end. */
const CONTINUATION = 0xffffffff;
const PREFIX_BYTES = 8;
/** Starts and ends an Arrow file. */
const MAGIC = "ARROW1";
const TAIL_BYTES = 10;
/** Maximum size of metadata. They have 16 bytes per buffer and column, and the names of classes. */
const MAX_METADATA = 64 << 20;

/**
 * Reads the messages of an Arrow stream, as stored in the cache of `datasets` and by `save_to_disk`, or of an Arrow
 * file. Bodies are not read.
 *
 * @throws TableFault for other files and, during iteration, for damaged or truncated data
 */
export async function readMessages(file: ByteSource): Promise<ArrowMessages> {
  const head = Buffer.from(await file.slice(0, Math.min(PREFIX_BYTES, file.byteLength)));
  if (head.length === PREFIX_BYTES && head.readUInt32LE(0) === CONTINUATION) return streamMessages(file);
  if (head.toString("latin1", 0, MAGIC.length) === MAGIC) {
    return { messages: fileMessages(file), isEnded: () => true };
  }
  if (file.byteLength === 0) throw new TableFault("is empty; fetch the file again");
  if (head.toString("latin1") === "version ")
    throw new TableFault("is not an Arrow file but a Git LFS pointer; fetch the file with git lfs pull");
  if (head.toString("latin1", 0, 4) === "FEA1") throw new TableFault("is a Feather file of version 1; write it again");
  throw new TableFault("is not an Arrow file: it begins neither with ffffffff (stream) nor with ARROW1 (file)");
}

function streamMessages(file: ByteSource): ArrowMessages {
  let ended = false;
  async function* messages(): AsyncIterable<PlacedMessage> {
    for (let at = 0; at < file.byteLength; ) {
      const message = await readMessage(file, at);
      if (message === null) {
        ended = true;
        const trailingBytes = file.byteLength - at - PREFIX_BYTES;
        if (trailingBytes > 0)
          throw new TableFault(`has ${trailingBytes} bytes after its end; are these several streams in one file?`);
        return;
      }
      yield message;
      at = message.bodyStart + message.bodyLength;
    }
  }
  return { messages: messages(), isEnded: () => ended };
}

async function* fileMessages(file: ByteSource): AsyncIterable<PlacedMessage> {
  const tail = Buffer.from(await file.slice(Math.max(0, file.byteLength - TAIL_BYTES), file.byteLength));
  if (tail.length < TAIL_BYTES || tail.toString("latin1", 4) !== MAGIC) {
    throw new TableFault(`is cut short: it ends at byte ${file.byteLength} without a footer; fetch the file again`);
  }
  const length = tail.readInt32LE(0);
  const end = file.byteLength - TAIL_BYTES;
  if (length <= 0 || length > Math.min(end, MAX_METADATA))
    throw new TableFault(`is damaged: a footer of ${length} bytes`);
  const { schema, dictionaries, batches } = await parseFooter(new Uint8Array(await file.slice(end - length, end)));
  yield { kind: "schema", schema, bodyLength: 0, bodyStart: 0 };
  for (const block of [...dictionaries, ...batches]) yield await readBlock(file, block);
}

async function readBlock(file: ByteSource, { offset, metadataLength, bodyLength }: ArrowBlock): Promise<PlacedMessage> {
  const message = offset >= 0 ? await readMessage(file, offset) : null;
  if (
    message === null ||
    message.kind === "schema" ||
    message.bodyStart !== offset + metadataLength ||
    message.bodyLength !== bodyLength
  ) {
    throw new TableFault(`is damaged: its footer does not agree with the message at byte ${offset}`);
  }
  return message;
}

/** Reads the message that begins at a byte; null for the end of a stream. */
async function readMessage(file: ByteSource, at: number): Promise<PlacedMessage | null> {
  const prefix = Buffer.from(await file.slice(at, Math.min(at + PREFIX_BYTES, file.byteLength)));
  if (prefix.length < PREFIX_BYTES) throw cutShort(file, at);
  if (prefix.readUInt32LE(0) !== CONTINUATION) throw new TableFault(`is damaged: no message begins at byte ${at}`);
  const length = prefix.readInt32LE(4);
  if (length === 0) return null;
  const bodyStart = at + PREFIX_BYTES + length;
  if (length < 0 || length > MAX_METADATA)
    throw new TableFault(`is damaged: ${length} bytes of metadata at byte ${at}`);
  if (bodyStart > file.byteLength) throw cutShort(file, at);
  const message = await parseMessage(new Uint8Array(await file.slice(at + PREFIX_BYTES, bodyStart)));
  if (bodyStart + message.bodyLength > file.byteLength) throw cutShort(file, at);
  return { ...message, bodyStart };
}

function cutShort({ byteLength }: ByteSource, at: number): TableFault {
  return new TableFault(
    `is cut short: it ends at byte ${byteLength}, within the message at byte ${at}; fetch the file again`,
  );
}
