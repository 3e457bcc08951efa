/** Returns whether the page is as narrow as on a phone, with the same limit as the styles. */
export function isNarrow(): boolean {
  return matchMedia("(max-width: 640px)").matches;
}
