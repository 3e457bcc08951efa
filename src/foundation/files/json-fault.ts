/** Maximum length of a text in which the error is located: locating it takes about twenty parses. */
const SEARCHED = 4e6;

/**
 * Describes the error in a text that `JSON.parse` rejects, without quoting any of the text: the file may be any file,
 * and its content does not belong in a message.
 *
 * @returns "not JSON: …", with line and column counted from 1
 */
export function jsonFault(text: string): string {
  if (text.trim() === "") return "not JSON: it is empty";
  if (text.length > SEARCHED) return "not JSON";
  if (failure(text) !== "wrong") return "not JSON: it ends too early";
  // A prefix is invalid from the first wrong character on: the shortest invalid prefix ends with that character
  let sound = 0;
  let wrong = text.length;
  while (wrong - sound > 1) {
    const middle = (sound + wrong) >>> 1;
    if (failure(text.slice(0, middle)) === "wrong") wrong = middle;
    else sound = middle;
  }
  const before = text.slice(0, wrong).split("\n");
  return `not JSON: line ${before.length}, column ${before.at(-1)?.length}`;
}

/** Whether a prefix is invalid or only incomplete, in which case the error is at its end. */
function failure(beginning: string): "wrong" | "early" | null {
  try {
    JSON.parse(beginning);
    return null;
  } catch (error) {
    const { message } = error as Error;
    const position = /at position (\d+)/.exec(message)?.[1];
    const atEnd = position !== undefined && Number(position) >= beginning.length;
    return atEnd || /^Unexpected end/.test(message) ? "early" : "wrong";
  }
}
