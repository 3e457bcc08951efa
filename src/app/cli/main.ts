import { describeExit } from "./exit-status.ts";

// A closed pipe (`| head`) stops the output but not the work
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  // Imported dynamically, because with a low limit on open files the modules themselves cannot be read
  const { runCommandLine } = await import("./command-line.ts");
  await runCommandLine(process.argv.slice(2));
} catch (error) {
  const { status, text } = describeExit(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = status;
}
