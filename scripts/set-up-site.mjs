// Installs the tools of the documentation site and the spelling check into site/node_modules, when their lockfile has changed.
// They are apart from the root's packages, so that the root's install stays small and TypeDoc has its TypeScript.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { install, root } from "./set-up.mjs";

export const site = join(root, "site");

/** Makes site/ ready to run. States what it does on stderr; silent when there is nothing to do. */
export function setUpSite() {
  install("site", "installing the documentation tools from the npm registry (once)");
}

/** Whether `setUpSite` has run, for what is skipped where it has not. */
export function siteIsSetUp() {
  return existsSync(join(site, "node_modules", ".shiftline-installed"));
}
