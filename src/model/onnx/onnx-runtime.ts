import { nativeLibraryError } from "../../foundation/native-library.ts";

// Since 1.29 onnxruntime tells Microsoft about the models it loads, from Linux and macOS too, and keeps an identifier of the device
// (onnxruntime docs/Privacy.md). An evaluation is nobody else's business. It reads the variable when it is first loaded, in the thread
// that loads it or any other, so this is said as the main thread's modules are; whoever set it otherwise keeps it so.
process.env.ORT_DISABLE_TELEMETRY ??= "1";

/**
 * Loads onnxruntime when it is needed and not before: what needs no graph starts quickly.
 *
 * @throws InputError where onnxruntime has no library for this system
 */
export async function importOnnxRuntime(): Promise<typeof import("onnxruntime-node")> {
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    throw nativeLibraryError("onnxruntime, which runs the graphs,", cause);
  }
}
