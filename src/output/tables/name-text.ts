/** A name of at most `length` characters, cut in its middle: its ends are what tells checkpoints apart. */
export function cutMiddle(name: string, length: number): string {
  const characters = [...name];
  if (characters.length <= length) return name;
  const half = (length - 1) / 2;
  return `${characters.slice(0, Math.ceil(half)).join("")}…${characters.slice(-Math.floor(half)).join("")}`;
}
