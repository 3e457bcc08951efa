/** Characters up to which the place is looked for: a text is parsed some twenty times for it. */
const SEARCHED = 4e6;

/**
 * What is wrong with a text that `JSON.parse` refuses, without a character of it: the file may be any, and a message is no
 * place for its content.
 *
 * @returns "not JSON: …", with line and column counted from 1
 */
export function jsonFault(text: string): string {
  if (text.trim() === "") return "not JSON: it is empty";
  if (text.length > SEARCHED) return "not JSON";
  if (failure(text) !== "wrong") return "not JSON: it ends too early";
  // A beginning is wrong from the first wrong character on: the shortest such beginning ends with it
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

/** Whether a beginning of a text is wrong, or only not all: the error is then at its end. */
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
