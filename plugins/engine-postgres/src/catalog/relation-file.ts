/** Whose file a path, relative to the data directory, is; undefined for what is no relation of a database. */
export function relationFileOf(
  path: string,
): { readonly database: number; readonly relfilenode: number } | undefined {
  if (!/^(?:base|pg_tblspc)\//.test(path)) return undefined
  const [, folder, name] = /(?:^|\/)(\d+)\/(\d+)(?:[._][^/]*)?$/.exec(path) ?? []
  if (folder === undefined || Number(name) === 0) return undefined
  return { database: Number(folder), relfilenode: Number(name) }
}
