/**
 * Writes docs/reference/ from the sources: what is exported, every option with its type, range and meaning. Comments
 * come from the compiler, ranges from the codecs at run time.
 *
 *     npm run docs
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

import { type Attribute, AttributeTable, isNest } from '../src/wire/attributes.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
export const FOLDER = join(ROOT, 'docs/reference')
const SOURCE = join(ROOT, 'src')

type AnyAttribute = Attribute<unknown, unknown>

// --- What the tables say at run time ---------------------------------------------------------------------------------

const signatureOf = (names: readonly string[]): string => [...names].sort().join()

/** The name of what a table is the data of: of a kind of link. */
const OWNERS = new Map<AttributeTable, string>()

/** Every table that the modules of the schema lead to, with the first that does. */
async function tablesOfSchema(): Promise<Map<AttributeTable, string>> {
  const tables = new Map<AttributeTable, string>()
  let file = ''
  const seen = new Set<unknown>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if (value instanceof AttributeTable) {
      tables.set(value as AttributeTable, join(SOURCE, 'schema', file))
      visit(value.map)
    } else if (Object.getPrototypeOf(value) === Object.prototype) {
      const { name, data } = value as { name?: unknown; data?: unknown }
      if (typeof name === 'string' && data instanceof AttributeTable) OWNERS.set(data as AttributeTable, name)
      for (const inner of Object.values(value)) visit(inner)
    }
  }
  // Lists of what other modules have come last.
  const files = readdirSync(join(SOURCE, 'schema'), { recursive: true, encoding: 'utf8' })
  const depth = (path: string): number => -path.split('/').length
  for (file of files.sort(
    (a, b) => depth(a) - depth(b) || Number(/index/.test(a)) - Number(/index/.test(b)) || (a < b ? -1 : 1),
  )) {
    if (!file.endsWith('.ts')) continue
    const exports = (await import(pathToFileURL(join(SOURCE, 'schema', file)).href)) as object
    for (const value of Object.values(exports)) visit(value)
  }
  return tables
}

// --- What the compiler knows -----------------------------------------------------------------------------------------

function compile(): { program: ts.Program; checker: ts.TypeChecker } {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined }
  const config = ts.getParsedCommandLineOfConfigFile(join(ROOT, 'tsconfig.json'), { noEmit: true }, host)!
  const program = ts.createProgram(config.fileNames, config.options)
  return { program, checker: program.getTypeChecker() }
}

interface Row {
  name: string
  type: string
  meaning: string
}

class Reference {
  readonly #checker: ts.TypeChecker
  readonly #program: ts.Program
  readonly #origins: Map<AttributeTable, string>
  /** By the names of its attributes: the tables, and their declarations in the sources. */
  readonly #tables = new Map<string, AttributeTable[]>()
  readonly #declared = new Map<AttributeTable, { symbols: Map<string, ts.Symbol>; comment: string }>()
  /** What is said of an attribute: tables may share it, and say nothing of their own. */
  readonly #comments = new Map<AnyAttribute, string>()
  /** By the file of the schema and the name: what attributes of that name expect. */
  readonly #expected = new Map<string, Set<string>>()
  /** By its declaration: an attribute, in each of the tables that it is in. */
  readonly #attributes = new Map<ts.Node, Map<AttributeTable, AnyAttribute>>()

  constructor(tables: Map<AttributeTable, string>) {
    this.#origins = tables
    const { program, checker } = compile()
    this.#program = program
    this.#checker = checker
    for (const table of tables.keys()) {
      const signature = signatureOf(table.names)
      this.#tables.set(signature, [...(this.#tables.get(signature) ?? []), table])
    }
    for (const file of program.getSourceFiles()) {
      if (file.fileName.startsWith(join(SOURCE, 'schema'))) this.#findTables(file)
    }
  }

  /** Connects each `attributes({ … })` of a file with its table. */
  #findTables(node: ts.Node): void {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'attributes') {
      const properties = this.#checker.getPropertiesOfType(this.#checker.getTypeAtLocation(node.arguments[0]!))
      const symbols = new Map(properties.map((symbol) => [symbol.name, symbol]))
      const owner = ownerOf(node)
      for (const table of this.#tables.get(signatureOf([...symbols.keys()])) ?? []) {
        if (owner !== undefined && owner !== OWNERS.get(table)) continue
        if (![...symbols].every(([name, symbol]) => isDeclaredAs(symbol, table.map[name] as AnyAttribute))) continue
        // Of several that it may be the one in the module that it was found in.
        const isElsewhere = node.getSourceFile().fileName !== this.#origins.get(table)
        if (this.#declared.has(table) && isElsewhere) continue
        this.#declared.set(table, { symbols, comment: this.#commentAround(node) })
        for (const [name, symbol] of symbols) {
          const [declaration] = symbol.declarations ?? []
          if (declaration === undefined) continue
          const attribute = table.map[name] as AnyAttribute
          const tables = this.#attributes.get(declaration) ?? new Map<AttributeTable, AnyAttribute>()
          this.#attributes.set(declaration, tables.set(table, attribute))
          const comment = this.#ownComment(symbol)
          if (comment !== '') this.#comments.set(attribute, comment)
          const place = `${node.getSourceFile().fileName} ${name}`
          const { expects } = attribute.codec
          this.#expected.set(place, (this.#expected.get(place) ?? new Set()).add(expects))
        }
      }
    }
    ts.forEachChild(node, (child) => this.#findTables(child))
  }

  /** What is said of the constant that something is the value of, or, before all else, of the file. */
  #commentAround(node: ts.Node): string {
    const statement = ts.findAncestor(node, ts.isVariableStatement)
    const [declaration] = statement?.declarationList.declarations ?? []
    const symbol = declaration && this.#checker.getSymbolAtLocation(declaration.name)
    const own = symbol ? this.#ownComment(symbol) : ''
    if (own !== '' && !/^(BOND|MAX|IFLA|ALT)/.test(own)) return own
    return (
      /^\/\*\* ([^]*?) ?\*\//
        .exec(node.getSourceFile().text)?.[1]
        ?.replace(/\n \* ?/g, '\n')
        .trim() ?? ''
    )
  }

  #ownComment(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.#checker))
  }

  /** The text of a comment, and what it says may be thrown. */
  commentOf(symbol: ts.Symbol): string {
    const text = this.#ownComment(symbol)
    const thrown = symbol
      .getJsDocTags(this.#checker)
      .filter(({ name }) => name === 'throws')
      .map(
        (tag) =>
          `Throws ${ts.displayPartsToString(tag.text).replace(/^\{?([^}]*)\}\s*(?=(.?))/, (_, what: string, more: string) => `\`${what.trim()}\`${more ? ': ' : ''}`)}`,
      )
    return [text, ...thrown].filter(Boolean).join('\n\n')
  }

  isInternal(symbol: ts.Symbol): boolean {
    return symbol.getJsDocTags(this.#checker).some(({ name }) => name === 'internal')
  }

  /** What is exported by a module, with names followed to where they are declared. */
  exportsOf(path: string): ts.Symbol[] {
    const module = this.#checker.getSymbolAtLocation(this.#program.getSourceFile(join(SOURCE, path))!)!
    return this.#checker
      .getExportsOfModule(module)
      .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol))
  }

  typeOf(symbol: ts.Symbol): ts.Type {
    return this.#checker.getDeclaredTypeOfSymbol(symbol)
  }

  /** The methods and accessors of a class that are for its users. */
  membersOf(symbol: ts.Symbol): { title: string; comment: string }[] {
    const declaration = symbol.declarations!.find(ts.isClassDeclaration)!
    const members: { title: string; comment: string }[] = []
    const seen = new Set<ts.Symbol>()
    for (const member of declaration.members) {
      if (member.name === undefined || ts.isPrivateIdentifier(member.name)) continue
      const found = this.#checker.getSymbolAtLocation(member.name)
      if (found === undefined || this.isInternal(found)) continue
      if (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) continue
      // Of overloads the first stands for all.
      if (seen.has(found)) continue
      seen.add(found)
      members.push({ title: this.#titleOf(member), comment: this.commentOf(found) })
    }
    return members
  }

  /** A member as it stands in the source, without its body. */
  #titleOf(member: ts.ClassElement): string {
    const end =
      (ts.isMethodDeclaration(member) || ts.isGetAccessor(member)) && member.body !== undefined
        ? member.body.getStart()
        : ts.isPropertyDeclaration(member) && member.initializer !== undefined
          ? member.initializer.getStart()
          : member.getEnd()
    return member
      .getSourceFile()
      .text.slice(member.getStart(), end)
      .replace(/\s+/g, ' ')
      .replace(/^(async|override) |(?<=static )async /g, '')
      .replace(/\( /g, '(')
      .replace(/,? \)/g, ')')
      .replace(/\s*=?\s*$/, '')
  }

  /** How a function or a constant is called. */
  signatureOf(symbol: ts.Symbol): string {
    const type = this.#checker.getTypeOfSymbolAtLocation(symbol, symbol.valueDeclaration!)
    const [signature] = type.getCallSignatures()
    const text = signature
      ? this.#checker.signatureToString(signature, undefined, ts.TypeFormatFlags.NoTruncation)
      : this.#textOf(type)
    return `${symbol.name}${signature ? '' : ': '}${text}`
  }

  #textOf(type: ts.Type): string {
    return this.#checker
      .typeToString(
        type,
        undefined,
        ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope,
      )
      .replace(/import\("[^"]*"\)\./g, '')
  }

  /** A type that has no properties of its own to list: 'a' | 'b', string … */
  definitionOf(symbol: ts.Symbol): string {
    const declaration = symbol.declarations!.find(ts.isTypeAliasDeclaration)
    const type = this.typeOf(symbol)
    if (type.isUnion() && type.types.every((one) => one.isLiteral())) {
      return type.types.map((one) => this.#checker.typeToString(one)).join(' | ')
    }
    return declaration?.type.getText().replace(/\s+/g, ' ') ?? this.#textOf(type)
  }

  hasProperties(symbol: ts.Symbol): boolean {
    const type = this.typeOf(symbol)
    const parts = type.isUnion() ? type.types : [type]
    return parts.every((part) => (part.flags & ts.TypeFlags.Object) !== 0 || part.isIntersection())
  }

  /** Of a union that is told apart by `type`: what else each has, where it is a table's attributes. */
  variantsOf(symbol: ts.Symbol, sections: Sections): string[] | undefined {
    const type = this.typeOf(symbol)
    if (!type.isUnion()) return undefined
    const variants: string[] = []
    for (const part of type.types) {
      const name = part.getProperty('type')
      const value = name && this.#checker.getTypeOfSymbol(name)
      if (value === undefined || !(value.isStringLiteral() || value.flags & ts.TypeFlags.Number)) return undefined
      const rest = this.#checker.getPropertiesOfType(part).filter((property) => property !== name)
      if (value.isStringLiteral()) {
        const table = this.#smallestWithAll(rest, value.value)
        if (table === undefined) return undefined
        variants.push(`- \`${value.value}\`: ${sections.link(value.value, table)}`)
      } else {
        const names = rest.map(
          (property) => `\`${property.name}: ${this.#textOf(this.#checker.getTypeOfSymbol(property))}\``,
        )
        variants.push(`- ${code(this.#textOf(value))}: ${names.join(', ')}`)
      }
    }
    return variants.sort()
  }

  /** The rows of a type's properties; of a union, of those that any of its members has. */
  rowsOf(symbol: ts.Symbol, sections: Sections): Row[] {
    const type = this.typeOf(symbol)
    const parts = type.isUnion() ? type.types : [type]
    const found = new Map<
      string,
      { symbol: ts.Symbol; others: ts.Symbol[]; types: Set<string>; type: ts.Type; count: number; needed: boolean }
    >()
    for (const part of parts) {
      for (const property of this.#checker.getPropertiesOfType(part)) {
        if (property.name.startsWith('__') || this.isInternal(property)) continue
        const declared = this.#checker.getTypeOfSymbol(property)
        const own = this.#checker.getNonNullableType(declared)
        // What a member of the union may not have.
        if (own.flags & (ts.TypeFlags.Never | ts.TypeFlags.Undefined)) continue
        const entry = found.get(property.name) ?? {
          symbol: property,
          others: [],
          types: new Set(),
          type: own,
          count: 0,
          needed: true,
        }
        entry.types.add(this.#textOf(declared).replace(/ \| undefined$/, ''))
        entry.others.push(property)
        entry.count++
        entry.needed &&= (property.flags & ts.SymbolFlags.Optional) === 0
        found.set(property.name, entry)
      }
    }
    const declared = symbol
    return [...found].map(([name, { symbol, others, types, type, count, needed }]) => ({
      name: needed && count === parts.length ? `${name} (needed)` : name,
      type: this.#describe(name, symbol, type, types, sections),
      meaning:
        [...new Set(others.map((one) => this.commentOf(one)).filter(Boolean))].join(' ') ||
        this.#commentElsewhere(symbol, type) ||
        this.#commentOfVariants(declared, name) ||
        [...new Set(others.map((one) => this.#commentOfType(one)))].join(' '),
    }))
  }

  /** What is said of an attribute where another table has it, or of the table that an option is made of. */
  #commentElsewhere(symbol: ts.Symbol, type: ts.Type): string {
    const known = this.#known(symbol)
    if (known !== undefined) return this.#comments.get(known) ?? ''
    const table = this.#tableOf(type, symbol.name)
    return table === undefined ? '' : this.commentOfTable(table)
  }

  /** Of a union that is told apart by a property: what is said of each of its members, by the value it has of that. */
  #commentOfVariants(symbol: ts.Symbol, name: string): string {
    const union = symbol.declarations?.find(ts.isTypeAliasDeclaration)?.type
    if (union === undefined || !ts.isUnionTypeNode(union)) return ''
    let end = union.getFullStart()
    const variants = union.types.map((member) => {
      // A comment stands before the bar, which is part of no member.
      const before = member.getSourceFile().text.slice(end, member.getStart())
      end = member.getEnd()
      const property = this.#checker.getTypeFromTypeNode(member).getProperty(name)
      const value = property && this.#checker.getTypeOfSymbol(property)
      const comment = /\/\*\* ?([^]*?)\s*\*\//.exec(before)?.[1]?.replace(/\n\s*\* ?/g, '\n')
      return value?.isStringLiteral() && comment ? `\`${value.value}\`: ${comment.trim()}` : ''
    })
    return variants.every(Boolean) ? variants.join(' ') : ''
  }

  /** What is said of the type that a property is declared with, and of the names that a value of it may be. */
  #commentOfType(symbol: ts.Symbol): string {
    const declaration = symbol.declarations?.find(ts.isPropertySignature)
    for (const named of declaration?.type ? this.#typesIn(declaration.type) : []) {
      const alias = named.declarations?.find(ts.isTypeAliasDeclaration)
      const { about, names } = alias ? this.#namesIn(alias.type) : { about: '', names: [] }
      const type = this.typeOf(named)
      const values = (type.isUnion() ? type.types : [type]).map((one) => one.isStringLiteral() && one.value)
      const said = names.filter(([name]) => values.includes(name)).map(([name, text]) => `\`${name}\`: ${text}`)
      const text = [this.#ownComment(named) || about, ...said].filter(Boolean).join(' ')
      if (text !== '') return text
    }
    return ''
  }

  /** The types of these sources that a type is made of: itself, of an array each, of a union all. */
  #typesIn(node: ts.TypeNode): ts.Symbol[] {
    if (ts.isArrayTypeNode(node)) return this.#typesIn(node.elementType)
    if (ts.isUnionTypeNode(node)) return node.types.flatMap((one) => this.#typesIn(one))
    if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node)) return this.#typesIn(node.type)
    if (!ts.isTypeReferenceNode(node)) return []
    const found = this.#checker.getSymbolAtLocation(node.typeName)!
    const named = found.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(found) : found
    return named.declarations?.[0]?.getSourceFile().fileName.startsWith(SOURCE) ? [named] : []
  }

  /** Of `keyof typeof constant`: what is said of the constant, and of those of the names that are not plain. */
  #namesIn(node: ts.TypeNode): { about: string; names: [name: string, text: string][] } {
    if (ts.isUnionTypeNode(node)) {
      const parts = node.types.map((one) => this.#namesIn(one))
      return { about: parts.find(({ about }) => about)?.about ?? '', names: parts.flatMap(({ names }) => names) }
    }
    if (ts.isTypeReferenceNode(node)) {
      // Exclude<keyof typeof constant, …>
      const [inner] = node.typeArguments ?? []
      if (inner !== undefined) return this.#namesIn(inner)
      const [alias] = this.#typesIn(node).flatMap(({ declarations }) => declarations ?? [])
      return alias && ts.isTypeAliasDeclaration(alias) ? this.#namesIn(alias.type) : { about: '', names: [] }
    }
    if (!ts.isTypeOperatorNode(node) || !ts.isTypeQueryNode(node.type)) return { about: '', names: [] }
    const constant = this.#checker.getSymbolAtLocation(node.type.exprName)!
    const own = constant.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(constant) : constant
    const names = this.#checker.getPropertiesOfType(this.#checker.getTypeOfSymbol(own)).flatMap((name) => {
      const comment = this.#ownComment(name)
      // 'Dropped silently', but not 'IPv6'.
      const text = comment.replace(/^[A-Z](?![A-Z0-9]|Pv)/, (first) => first.toLowerCase())
      return text === '' ? [] : [[name.name, text] as [string, string]]
    })
    return { about: this.#ownComment(own), names }
  }

  commentOfTable(table: AttributeTable): string {
    return this.#declared.get(table)?.comment ?? ''
  }

  #known(symbol: ts.Symbol): AnyAttribute | undefined {
    const [attribute] = symbol.declarations?.flatMap((node) => [...(this.#attributes.get(node)?.values() ?? [])]) ?? []
    return attribute
  }

  /** What a property takes: a codec's words where it is an attribute, the table where it is made of attributes. */
  #describe(name: string, symbol: ts.Symbol, type: ts.Type, types: Set<string>, sections: Sections): string {
    const known = this.#known(symbol)
    if (known !== undefined) return this.#range(name, known, sections)
    const table = this.#tableOf(type, name)
    if (table !== undefined) return sections.link(name, table)
    // A number that the message has in an attribute of the same name.
    const file = symbol.declarations?.[0]?.getSourceFile().fileName
    const [words, ...others] = this.#expected.get(`${file} ${name}`) ?? []
    if (
      [...types].every((text) => /\bnumber\b(?!\[)/.test(text) && !text.includes('{')) &&
      words &&
      others.length === 0
    )
      return words
    return code([...types].join(' | '))
  }

  /** The table that an object's properties are attributes of. */
  #tableOf(type: ts.Type, name: string): AttributeTable | undefined {
    if ((type.flags & ts.TypeFlags.Object) === 0 && !type.isIntersection()) return undefined
    if (this.#checker.isArrayType(type)) return undefined
    return this.#smallestWithAll(this.#checker.getPropertiesOfType(type), name)
  }

  /** Of the tables that have all of the properties the one with the fewest more, or of that name. */
  #smallestWithAll(properties: readonly ts.Symbol[], name?: string): AttributeTable | undefined {
    const sets = properties
      .filter(({ name }) => name !== 'unknownAttributes')
      .map(({ declarations }) =>
        (declarations ?? []).flatMap((node) => [...(this.#attributes.get(node)?.keys() ?? [])]),
      )
    const [first = [], ...others] = sets
    return first
      .filter((table) => others.every((set) => set.includes(table)))
      .sort(
        (a, b) => a.names.length - b.names.length || Number(OWNERS.get(b) === name) - Number(OWNERS.get(a) === name),
      )[0]
  }

  #range(name: string, { codec, access, many }: AnyAttribute, sections: Sections): string {
    const inner = isNest(codec) && /^an object\b/.test(codec.expects) ? codec.table : undefined
    const { expects, wire } = codec
    const words = inner ? sections.link(name, inner) : expects.startsWith('nothing') ? code(wire) : expects
    const whole = many ? `an array, each ${words}` : words
    return access === 'rw' ? whole : `${whole} (${access === 'r' ? 'read only' : 'given only'})`
  }

  /** The table whose attributes a type's properties are, all of them. */
  wholeTableOf(symbol: ts.Symbol): AttributeTable | undefined {
    const type = this.typeOf(symbol)
    if (type.isUnion()) return undefined
    return this.#smallestWithAll(this.#checker.getPropertiesOfType(type))
  }

  /** The rows of a table, with what can only be read. */
  rowsOfTable(table: AttributeTable, sections: Sections): Row[] {
    const declared = this.#declared.get(table)
    if (declared === undefined) throw new Error(`no declaration of a table with ${table.names.join(', ')} was found`)
    return table.names.map((name) => ({
      name,
      type: this.#range(name, table.map[name] as AnyAttribute, sections),
      meaning:
        this.commentOf(declared.symbols.get(name)!) || (this.#comments.get(table.map[name] as AnyAttribute) ?? ''),
    }))
  }
}

/** The name beside it, where an `attributes({ … })` is the data of something that has one. */
function ownerOf(call: ts.Node): string | undefined {
  const { parent } = call
  if (!ts.isPropertyAssignment(parent) || parent.name.getText() !== 'data') return undefined
  const name = parent.parent.properties.find((property) => property.name?.getText() === 'name')
  return name && ts.isPropertyAssignment(name) && ts.isStringLiteral(name.initializer)
    ? name.initializer.text
    : undefined
}

const PLAIN = /\b(u8|s8|u16|u32|s32|u64|be16|be32|ipv4|ipv6)\(/

/** Whether an attribute can be what a property of an `attributes({ … })` makes: of tables with the same names. */
function isDeclaredAs(symbol: ts.Symbol, { codec, access, type }: AnyAttribute): boolean {
  const text = symbol.declarations?.[0]?.getText() ?? ''
  const struct = /^struct (\w+)$/.exec(codec.wire)?.[1]
  const named = /\bstruct\(\s*'(\w+)'/.exec(text)?.[1]
  const plain = PLAIN.exec(text)?.[1]
  const [, made, number] = /:\s*(attribute|repeated|readOnly|writeOnly)\(\s*(\d+)?/.exec(text) ?? []
  const accesses: Record<string, string> = { attribute: 'rw', repeated: 'rw', readOnly: 'r', writeOnly: 'w' }
  return (
    (named === undefined || named === struct) &&
    (plain === undefined || plain === codec.wire || !PLAIN.test(`${codec.wire}(`)) &&
    (made === undefined || accesses[made] === access) &&
    (number === undefined || Number(number) === type)
  )
}

// --- Pages -----------------------------------------------------------------------------------------------------------

const code = (text: string): string => '`' + text.replaceAll('`', '') + '`'
const cell = (text: string): string =>
  text
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|')
    .trim()

/** The tables that the options of a page are made of, each once. */
class Sections {
  readonly titles = new Map<AttributeTable, string>()
  readonly open: AttributeTable[] = []

  link(name: string, table: AttributeTable): string {
    let title = this.titles.get(table)
    if (title === undefined) {
      const taken = new Set(this.titles.values())
      title = name
      for (let count = 2; taken.has(title); count++) title = `${name} (${count})`
      this.titles.set(table, title)
      this.open.push(table)
    }
    return `an object: [${title}](#${anchor(title)})`
  }
}

const anchor = (title: string): string =>
  `options-${title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '')}`

function tableOfRows(rows: readonly Row[], first: string): string {
  const lines = rows.map(({ name, type, meaning }) => {
    const [bare, ...rest] = name.split(' ')
    return `| ${[code(bare!), ...rest].join(' ')} | ${cell(type)} | ${cell(meaning)} |`
  })
  return [`| ${first} | what it takes | meaning |`, '| --- | --- | --- |', ...lines].join('\n')
}

/** The page that a symbol belongs to: a file's name, for what is in it or begins with its name in the singular. */
const singular = (page: string): string => page.replace(/(?<=ss)es$|s$/, '').replaceAll('-', '')

/** The pages of the reference: text by file name. */
export async function reference(): Promise<Map<string, string>> {
  const made = new Reference(await tablesOfSchema())
  const sources = ['route', 'netns', 'tuntap', 'socket', 'endpoint'].flatMap((folder) => {
    const files = ts.sys.readDirectory(join(SOURCE, folder), ['.ts'], undefined, ['*.ts'])
    return files.map((file) => `${folder}/${basename(file)}`)
  })
  const exported = made.exportsOf('index.ts')
  const fileOf = (symbol: ts.Symbol): string =>
    symbol.declarations![0]!.getSourceFile().fileName.slice(SOURCE.length + 1)

  // A page for each file with a class that is exported.
  const pages = new Map<string, { main: ts.Symbol; source: string; rest: ts.Symbol[] }>()
  for (const symbol of exported) {
    const source = fileOf(symbol)
    if (!(symbol.flags & ts.SymbolFlags.Class) || !sources.includes(source)) continue
    pages.set(basename(source, '.ts'), { main: symbol, source, rest: [] })
  }
  const names = [...pages.keys()]
  const errors: ts.Symbol[] = []
  for (const symbol of exported) {
    if ([...pages.values()].some(({ main }) => main === symbol)) continue
    if (fileOf(symbol) === 'errors.ts') {
      errors.push(symbol)
      continue
    }
    const lower = symbol.name.toLowerCase()
    const page =
      names.find((name) => made.exportsOf(pages.get(name)!.source).includes(symbol)) ??
      names.find((name) => basename(fileOf(symbol), '.ts') === name) ??
      names.find((name) => lower.startsWith(singular(name))) ??
      'rtnetlink'
    pages.get(page)!.rest.push(symbol)
  }

  const written = new Map<string, string>()
  for (const [name, { main, rest }] of pages) written.set(`${name}.md`, pageOf(made, main, rest))
  written.set('errors.md', errorsPage(made, errors))
  written.set(
    'README.md',
    contents(
      made,
      [...pages].map(([name, { main }]) => [name, main] as const),
    ),
  )
  return written
}

function pageOf(made: Reference, main: ts.Symbol, rest: ts.Symbol[]): string {
  const sections = new Sections()
  const parts = [`# ${main.name}`, made.commentOf(main)]
  for (const { title, comment } of made.membersOf(main)) parts.push(`### \`${title}\``, comment)
  const functions = rest.filter(({ flags }) => flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Variable))
  const requests = functions.filter((one) => /\): Request</.test(made.signatureOf(one)))
  const list = (some: ts.Symbol[]): string =>
    some.map((one) => `- \`${made.signatureOf(one)}\`${briefly(made.commentOf(one))}`).join('\n')
  const others = functions.filter((one) => !requests.includes(one))
  if (requests.length > 0) parts.push('## Requests', REQUESTS, list(requests))
  if (others.length > 0) parts.push('## Functions', list(others))
  const types = rest.filter((one) => !functions.includes(one))
  const rows = new Map<ts.Symbol, Row[]>()
  for (const symbol of types) {
    const listed = !(symbol.flags & ts.SymbolFlags.Class) && made.hasProperties(symbol)
    if (listed && made.wholeTableOf(symbol) === undefined) rows.set(symbol, made.rowsOf(symbol, sections))
  }
  for (const symbol of types) {
    parts.push(`## ${symbol.name}`, made.commentOf(symbol))
    const table = made.wholeTableOf(symbol)
    const own = rows.get(symbol)
    const variants = own && made.variantsOf(symbol, sections)
    if (variants !== undefined) {
      parts.push('Beside `type` it has:', variants.join('\n'))
    } else if (symbol.flags & ts.SymbolFlags.Class) {
      for (const { title, comment } of made.membersOf(symbol)) parts.push(`### \`${title}\``, comment)
    } else if (table !== undefined) {
      parts.push(`It is ${sections.link(inSmall(symbol.name), table)}.`)
    } else if (own === undefined) {
      parts.push(code(made.definitionOf(symbol)))
    } else {
      const wider = widerThan(symbol, rows)
      if (wider === undefined) parts.push(tableOfRows(own, 'option'))
      else {
        const names = own.map(({ name }) => code(name.split(' ')[0]!)).join(', ')
        parts.push(`Of [${wider.name}](#${wider.name.toLowerCase()}) it has ${names}.`)
      }
    }
  }
  for (let table = sections.open.shift(); table !== undefined; table = sections.open.shift()) {
    const title = sections.titles.get(table)!
    const rows = made.rowsOfTable(table, sections)
    parts.push(
      `### Options: ${title}`,
      made.commentOfTable(table),
      rows.length > 0 ? tableOfRows(rows, 'option') : 'It has none.',
    )
  }
  return finish(parts)
}

const REQUESTS = 'Values that `run`, `batch` and `bulk` of a socket take; each is what the method of its name sends.'

/** 'bondPort' for BondPortOptions. */
const inSmall = (name: string): string => name[0]!.toLowerCase() + name.slice(1).replace(/(Options|Spec)$/, '')

/** The type with the fewest rows more, among which all of a type's rows are. */
function widerThan(symbol: ts.Symbol, rows: Map<ts.Symbol, Row[]>): ts.Symbol | undefined {
  const plain = ({ name, meaning }: Row): string => `${name.split(' ')[0]} ${meaning}`
  const own = rows.get(symbol)!.map(plain)
  return [...rows]
    .filter(([other, theirs]) => other !== symbol && theirs.length > Math.max(own.length, 20))
    .filter(([, theirs]) => own.every((row) => theirs.some((their) => plain(their) === row)))
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([other]) => other)[0]
}

const briefly = (comment: string): string => (comment ? `: ${comment.replace(/\s*\n\s*/g, ' ')}` : '')

function errorsPage(made: Reference, errors: readonly ts.Symbol[]): string {
  const sections = new Sections()
  const parts = ['# Errors', 'What is wrong with an argument is a TypeError or a RangeError, before anything is sent.']
  for (const symbol of errors) {
    parts.push(`## ${symbol.name}`, made.commentOf(symbol))
    const own = made.rowsOf(symbol, sections).filter(({ name }) => !/^(name|message|stack|cause)\b/.test(name))
    parts.push(tableOfRows(own.map((row) => ({ ...row, name: row.name.replace(' (needed)', '') })), 'property')) // prettier-ignore
  }
  return finish(parts)
}

function contents(made: Reference, pages: readonly (readonly [string, ts.Symbol])[]): string {
  const lines = pages.map(([name, main]) => {
    const [sentence] = made.commentOf(main).split(/(?<=\.)\s/)
    return `- [${main.name}](${name}.md)${briefly(sentence ?? '')}`
  })
  return finish([
    '# Reference',
    'Every option with its range and its meaning, written by `npm run docs` from the sources.',
    [...lines, '- [Errors](errors.md)'].join('\n'),
  ])
}

const finish = (parts: readonly string[]): string => `${parts.filter(Boolean).join('\n\n')}\n`

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const pages = await reference()
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  for (const [name, text] of pages) writeFileSync(join(FOLDER, name), text)
}
