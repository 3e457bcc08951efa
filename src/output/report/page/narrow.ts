/** Whether the page is as narrow as on a phone, as its styles have it. */
export function isNarrow(): boolean {
  return matchMedia("(max-width: 640px)").matches;
}
