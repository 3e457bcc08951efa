import { runCommandLine } from "./command-line.ts";

// A closed pipe (`| head`) ends the output, not the work
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

await runCommandLine(process.argv.slice(2));
