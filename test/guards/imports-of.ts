import ts from 'typescript'

export interface Import {
  readonly specifier: string
  readonly line: number
  /**
   * `type`: erased by the compiler; `eager`: runs when the file is loaded; `lazy`: runs when the function around it does.
   */
  readonly kind: 'type' | 'eager' | 'lazy'
}

/** Every module that a TypeScript file names: import, export from, import(), require() and types by import(). */
export function importsOf(path: string, text: string): readonly Import[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  const found: Import[] = []
  const add = (node: ts.Node, kind: Import['kind']) => {
    if (!ts.isStringLiteralLike(node)) return
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1
    found.push({ specifier: node.text, line, kind })
  }
  const visit = (node: ts.Node, isInFunction: boolean): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node) ? 'type' : 'eager')
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier)
      add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'eager')
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, 'type')
    else if (ts.isExternalModuleReference(node)) add(node.expression, 'eager')
    else if (ts.isCallExpression(node) && loadsModule(node.expression) && node.arguments[0])
      add(node.arguments[0], isInFunction ? 'lazy' : 'eager')
    ts.forEachChild(node, (child) => visit(child, isInFunction || ts.isFunctionLike(node)))
  }
  visit(file, false)
  return found
}

function isTypeImport(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause
  if (!clause) return false
  if (clause.isTypeOnly) return true
  const names = clause.namedBindings
  if (clause.name || !names || !ts.isNamedImports(names)) return false
  return names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly)
}

function loadsModule(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true
  return ts.isIdentifier(callee) && callee.text === 'require'
}
