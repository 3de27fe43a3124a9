// Whom servers run as: nobody else for an ordinary user, an unprivileged user for root.
import { readFileSync } from 'node:fs'

/** `{ uid, gid }` for a child process; empty for an ordinary user. */
export function unprivilegedUser() {
  if (process.getuid() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const [, , uid, gid] =
    users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  return { uid: Number(uid), gid: Number(gid) }
}
