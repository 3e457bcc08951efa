import type { ContainerFormat } from "./container-format.ts";
import { indexParquet } from "./parquet-index.ts";
import { openParquetReader } from "./parquet-reader.ts";

/** Tables of images in Parquet, as published on Hugging Face. They are read in place. */
export const parquetContainer: ContainerFormat = {
  name: "parquet",
  endings: [".parquet"],
  index: indexParquet,
  open: openParquetReader,
};
