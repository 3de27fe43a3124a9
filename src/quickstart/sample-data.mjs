// Tables as pgbench makes them, at scale 3.
const SCALE = 3
const ACCOUNTS = 100_000 * SCALE
const TELLERS = 10 * SCALE
const CLIENTS = 4

export async function load(cluster) {
  await cluster.query(`
    CREATE TABLE pgbench_branches (bid int PRIMARY KEY, bbalance int, filler char(88));
    CREATE TABLE pgbench_tellers (tid int PRIMARY KEY, bid int, tbalance int, filler char(84));
    CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84));
    CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamptz, filler char(22));
    INSERT INTO pgbench_branches SELECT n, 0, '' FROM generate_series(1, ${SCALE}) AS n;
    INSERT INTO pgbench_tellers SELECT n, (n - 1) / 10 + 1, 0, '' FROM generate_series(1, ${TELLERS}) AS n;
    INSERT INTO pgbench_accounts SELECT n, (n - 1) / 100000 + 1, 0, '' FROM generate_series(1, ${ACCOUNTS}) AS n;
  `)
  await cluster.query('VACUUM ANALYZE')
  return ACCOUNTS
}

/** Transactions of pgbench's default script, from several clients at once. */
export async function transact(cluster, count) {
  const transactions = Array.from({ length: CLIENTS }, async () => {
    const client = await cluster.connect()
    for (let done = 0; done < count / CLIENTS; done++) await transaction(client)
    await cluster.disconnect(client)
  })
  await Promise.all(transactions)
}

async function transaction(client) {
  const aid = upTo(ACCOUNTS)
  const tid = upTo(TELLERS)
  const bid = upTo(SCALE)
  const delta = upTo(10_000) - 5_000
  await client.query(`
    BEGIN;
    UPDATE pgbench_accounts SET abalance = abalance + ${delta} WHERE aid = ${aid};
    UPDATE pgbench_tellers SET tbalance = tbalance + ${delta} WHERE tid = ${tid};
    UPDATE pgbench_branches SET bbalance = bbalance + ${delta} WHERE bid = ${bid};
    INSERT INTO pgbench_history VALUES (${tid}, ${bid}, ${aid}, ${delta}, now(), '');
    COMMIT;
  `)
}

/** Rows and checksum of a table's whole content. */
export async function fingerprint(cluster, table) {
  const [row] = await cluster.query(
    `SELECT count(*)::int AS rows, md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) AS md5 FROM ${table} AS t`,
  )
  return row
}

const upTo = (limit) => 1 + Math.floor(Math.random() * limit)
