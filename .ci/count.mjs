// Prints the numbers of tests that passed and failed in a report of vitest. A file that could not be run at all, or whose
// hooks failed, counts as one failed test.
import { readFileSync } from 'node:fs'

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
let passed = 0
let failed = 0
for (const { status, assertionResults } of testResults) {
  passed += assertionResults.filter((test) => test.status === 'passed').length
  const broken = assertionResults.filter((test) => test.status === 'failed').length
  failed += status === 'failed' && broken === 0 ? 1 : broken
}
console.log(`${passed} ${failed}`)
