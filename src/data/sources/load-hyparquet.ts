async function load() {
  const [{ parquetMetadata }, { parquetHeader }, { deltaBinaryUnpack }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet/src/column.js"),
    import("hyparquet/src/delta.js"),
  ]);
  return { parquetMetadata, parquetHeader, deltaBinaryUnpack };
}

let loaded: ReturnType<typeof load> | null = null;

/** hyparquet, loaded where the first Parquet file is met. */
export function loadHyparquet(): ReturnType<typeof load> {
  loaded ??= load();
  return loaded;
}
