/**
 * Opens folded parts while the page is printed, except the settings and the recipes of single runs. @returns a function
 * that removes the listeners
 */
export function openForPrint(): () => void {
  let opened: HTMLDetailsElement[] = [];
  const open = () => {
    opened = [...document.querySelectorAll<HTMLDetailsElement>("details:not([open], .settings, td details)")];
    for (const part of opened) part.open = true;
  };
  const close = () => {
    for (const part of opened) part.open = false;
    opened = [];
  };
  window.addEventListener("beforeprint", open);
  window.addEventListener("afterprint", close);
  return () => {
    window.removeEventListener("beforeprint", open);
    window.removeEventListener("afterprint", close);
  };
}
