async function load() {
  const [{ parquetMetadata }, { parquetHeader }, { deltaBinaryUnpack }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet/src/column.js"),
    import("hyparquet/src/delta.js"),
  ]);
  return { parquetMetadata, parquetHeader, deltaBinaryUnpack };
}

let loaded: ReturnType<typeof load> | null = null;

/** Loads hyparquet when the first Parquet file is opened. */
export function loadHyparquet(): ReturnType<typeof load> {
  loaded ??= load();
  return loaded;
}
