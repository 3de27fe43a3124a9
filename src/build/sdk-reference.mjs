// The page docs/plugins/reference.md: every declaration that @walg/sdk exports, with its comments, in the order in which somebody
// writes a plugin. Made of the built declaration files, which hold no bodies and no private members.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

const folder = new URL('../sdk/dist', import.meta.url).pathname

/** Every file of the SDK, with the title of its section. */
const SECTIONS = {
  manifest: 'The manifest',
  define: 'What a module exports',
  'storage-driver': 'A storage',
  codec: 'A codec, a crypter',
  'byte-reader': 'Bytes of a stream',
  'through-transform': 'Streams of node',
  engine: 'An engine',
  'log-place': 'What an engine keeps beside backups',
  operation: 'Operations',
  storage: 'Storage, as engines see it',
  settings: 'Settings',
  secret: 'Secrets',
  errors: 'Errors',
  'byte-stream': 'Streams and cancellation',
}

export function sdkReference(note) {
  const files = readdirSync(folder).flatMap((name) => /^(.+)\.d\.ts$/.exec(name)?.[1] ?? [])
  const lost = files.filter((name) => name !== 'index' && !(name in SECTIONS))
  if (lost.length > 0) throw new Error(`no section of docs/plugins/reference.md is about ${lost.join(', ')}`)
  const sections = Object.entries(SECTIONS).map(([name, title]) => ({
    title,
    declared: declarationsOf(name),
  }))
  const names = new Set(sections.flatMap(({ declared }) => declared.map(({ name }) => name)))
  return `# Reference of @walg/sdk

${note}

All that a plugin can import from \`@walg/sdk\`, with what each member promises.

${sections.map(({ title, declared }) => `- [${title}](#${anchor(title)}): ${linked(declared.map(({ name }) => name))}`).join('\n')}

${sections.map(({ title, declared }) => section(title, declared, names)).join('\n')}`
}

function declarationsOf(name) {
  const path = join(folder, `${name}.d.ts`)
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2023, true)
  return file.statements
    .filter((statement) => statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    .map((statement) => ({
      name: (statement.name ?? statement.declarationList.declarations[0].name).text,
      comment: commentOf(statement, file),
      code: statement.getText(file),
      uses: typesIn(statement),
    }))
}

/** A doc comment without its stars, as Markdown. */
function commentOf(statement, file) {
  const [comment] = ts.getLeadingCommentRanges(file.text, statement.pos)?.slice(-1) ?? []
  if (!comment) throw new Error(`${statement.getText(file).split('\n')[0]} has no doc comment`)
  const lines = file.text.slice(comment.pos + 3, comment.end - 2).split('\n')
  const text = lines.map((line) => line.replace(/^\s*\* ?/, '').trim()).join('\n')
  return text.trim().replace(/`[^`]*`|</g, (found) => (found === '<' ? '\\<' : found))
}

function typesIn(statement) {
  const found = new Set()
  const visit = (node) => {
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node))
      found.add((node.typeName ?? node.expression).getText())
    ts.forEachChild(node, visit)
  }
  visit(statement)
  return found
}

function section(title, declared, names) {
  const parts = declared.map(({ name, comment, code, uses }) => {
    const others = linked([...uses].filter((used) => used !== name && names.has(used)).sort())
    const see = others === '' ? '' : `\nSee ${others}.\n`
    return `### ${name}\n\n${comment}\n\n\`\`\`ts\n${tidy(code)}\n\`\`\`\n${see}`
  })
  return `## ${title}\n\n${parts.join('\n')}`
}

/** As in the sources: two spaces, and no words that say nothing to a reader. */
function tidy(code) {
  return code
    .replace(/^export (declare )?/, '')
    .replace(/^ +/gm, (spaces) => ' '.repeat(Math.floor(spaces.length / 4) * 2 + (spaces.length % 4)))
    .replace(/^ *#private;\n/gm, '')
    .replaceAll(/;$/gm, '')
}

const anchor = (title) =>
  title
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
const linked = (names) => names.map((name) => `[${name}](#${anchor(name)})`).join(', ')
