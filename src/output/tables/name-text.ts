/** Cuts a name in the middle to at most `length` characters: its ends distinguish checkpoints. */
export function cutMiddle(name: string, length: number): string {
  const characters = [...name];
  if (characters.length <= length) return name;
  const half = (length - 1) / 2;
  return `${characters.slice(0, Math.ceil(half)).join("")}…${characters.slice(-Math.floor(half)).join("")}`;
}
