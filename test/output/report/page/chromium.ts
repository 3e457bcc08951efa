import { existsSync } from "node:fs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A Chromium of this machine, or the one that `CHROMIUM` names; undefined where there is none. */
export const chromiumPath = [process.env.CHROMIUM, ...PLACES].find((path) => path !== undefined && existsSync(path));

/** As root its sandbox cannot start; the other switches keep it from calling home. */
export const CHROMIUM_ARGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];
