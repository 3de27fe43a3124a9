import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'

const sources = new URL('../src/', import.meta.url)
const files = readdirSync(sources).filter((name) => name.endsWith('.ts') && name !== 'index.ts')

/** Exported declarations, and members of theirs, that have no doc comment: `file: Name.member`. */
function undocumented(name: string, text: string): readonly string[] {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true)
  const found: string[] = []
  const check = (node: ts.Node, path: string) => {
    const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)
    if (!ts.getTextOfJSDocComment(doc?.comment)?.trim()) found.push(`${name}: ${path}`)
    for (const member of membersOf(node)) check(member, `${path}.${member.name?.getText() ?? 'constructor'}`)
  }
  for (const statement of file.statements) {
    if (!(ts.getCombinedModifierFlags(statement as unknown as ts.Declaration) & ts.ModifierFlags.Export))
      continue
    check(statement, nameOf(statement))
  }
  return found
}

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations[0]!.name.getText()
  return (statement as ts.DeclarationStatement).name?.getText() ?? statement.getText()
}

function membersOf(node: ts.Node): readonly (ts.TypeElement | ts.ClassElement)[] {
  if (ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node)) return [...node.members]
  if (ts.isClassDeclaration(node)) return node.members.filter(isPublic)
  const type = ts.isPropertySignature(node) || ts.isTypeAliasDeclaration(node) ? node.type : undefined
  return type && ts.isTypeLiteralNode(type) ? [...type.members] : []
}

function isPublic(member: ts.ClassElement): boolean {
  return !(member.name && ts.isPrivateIdentifier(member.name))
}

test.each(files)('everything that %s exports says what it promises', (name) => {
  expect(undocumented(name, readFileSync(new URL(name, sources), 'utf8'))).toEqual([])
})

test('what has no doc comment is found, members within members, too', () => {
  const text = `
    /** Fine. */
    export interface A {
      b: string
      /** Fine. */
      c: { d: string }
    }
    export type E = { f(): void }
    // Not a doc comment.
    export const g = 1
    /** */
    export class H {
      #hidden = 1
      constructor() {}
      /** Fine. */
      i(): void {}
    }
    interface Inner { j: string }
  `

  expect(undocumented('x.ts', text)).toEqual([
    'x.ts: A.b',
    'x.ts: A.c.d',
    'x.ts: E',
    'x.ts: E.f',
    'x.ts: g',
    'x.ts: H',
    'x.ts: H.constructor',
  ])
})
