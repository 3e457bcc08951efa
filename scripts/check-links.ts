// npm run check-links [-- --list]: requests every link of the Markdown files to another host, or lists them. Exit status 1 if one is broken.
// A host that refuses programs is reported as unknown, which is no failure.
import { join } from "node:path";
import { externalLinks, tryLinks } from "./external-links.ts";

const links = externalLinks(join(import.meta.dirname, ".."));
if (process.argv.includes("--list")) {
  for (const { url, places } of links) console.log(`${url}  (${places.join(", ")})`);
} else {
  const answers = await tryLinks(links);
  for (const { link, verdict, detail } of answers) {
    if (verdict !== "ok") console.log(`${verdict}: ${link.url}: ${detail}  (${link.places.join(", ")})`);
  }
  const count = (verdict: string) => answers.filter((answer) => answer.verdict === verdict).length;
  console.log(`${count("ok")} ok, ${count("broken")} broken, ${count("unknown")} unknown`);
  process.exitCode = count("broken") === 0 ? 0 : 1;
}
