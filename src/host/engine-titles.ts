/** Names of databases as WAL-G's `--version` spells them. */
export const ENGINE_TITLES: Readonly<Record<string, string>> = {
  pg: 'PostgreSQL',
  mysql: 'MySQL',
  mongo: 'MongoDB',
  sqlserver: 'SQLServer',
}
