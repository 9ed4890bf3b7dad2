/** The kernel's own vocabulary, read out of the C headers that are installed: enums, and structs with their layout. */
import { existsSync, readFileSync } from 'node:fs'

const FOLDER = '/usr/include/linux'

/** Why the headers can't be read; undefined where they can. */
export const headersMissing = existsSync(`${FOLDER}/if_link.h`) ? undefined : `${FOLDER} is not there`

export interface HeaderEnum {
  header: string
  /** The first member, which names the enum: most have no name of their own. */
  first: string
  /** What the members' names have in common: 'IFLA_VXLAN_'. */
  prefix: string
  /** Names and numbers of the members, in order; without the end marks `__X_MAX` and `X_MAX`. */
  members: Map<string, number>
}

/** Whether a member of an enum of attributes is none: an end, a gap, padding. */
export const isFiller = (member: string): boolean => /_(UNSPEC|PAD|PAD\d|UNUSED\d*|NONE)$/.test(member)

/** The version of the headers, [6, 1]; undefined where there are none. */
export const headersVersion = versionOf(`${FOLDER}/version.h`)

function versionOf(file: string): readonly [number, number] | undefined {
  const code = existsSync(file) && /LINUX_VERSION_CODE (\d+)/.exec(readFileSync(file, 'utf8'))
  return code ? [Number(code[1]) >> 16, (Number(code[1]) >> 8) & 255] : undefined
}

/** Whether the headers are older than a version. */
export const headersOlderThan = (major: number, minor: number): boolean =>
  headersVersion === undefined ||
  headersVersion[0] < major ||
  (headersVersion[0] === major && headersVersion[1] < minor)

/** Whether the header is installed: older headers lack some, and newer ones have lost some. */
export const headerExists = (header: string): boolean => existsSync(`${FOLDER}/${header}`)

const read = (header: string): string =>
  (headerExists(header) ? readFileSync(`${FOLDER}/${header}`, 'utf8') : '')
    .replace(/\/\*[^]*?\*\//g, ' ')
    .replace(/\/\/.*$/gm, '')
    .replace(/\\\n/g, ' ')

/** All enums of a header; none where it is not installed. */
export function enumsOf(header: string): HeaderEnum[] {
  const source = read(header).replace(/^\s*#.*$/gm, '')
  return [...source.matchAll(/\benum\s*\w*\s*\{([^}]*)\}/g)].map(([, body]) => {
    const all = new Map<string, number>()
    let next = 0
    for (const member of body!.split(',').map((text) => text.trim())) {
      if (member === '') continue
      const [, name, expression] = /^(\w+)\s*(?:=\s*([^]*))?$/.exec(member) ?? fail(`${header}: no member: ${member}`)
      const number = expression === undefined ? next : evaluate(expression, all)
      all.set(name!, number)
      next = number + 1
    }
    const members = new Map([...all].filter(([name]) => !isEndMark(name, all)))
    const names = [...members.keys()]
    return { header, first: names[0]!, prefix: commonPrefix(names), members }
  })
}

const isEndMark = (name: string, all: Map<string, number>): boolean =>
  name.startsWith('__') || (name.endsWith('_MAX') && (all.has(`__${name}`) || all.get(name)! >= last(all, name)))
/** The highest number of those that are not `name`. */
const last = (all: Map<string, number>, name: string): number =>
  Math.max(...[...all].filter(([other]) => other !== name && !other.startsWith('__')).map(([, number]) => number))

function evaluate(expression: string, known: Map<string, number>): number {
  const text = expression.trim()
  const sum = /^([^-+|<()]+)([-+|]|<<)([^-+|<()]+)$/.exec(text)
  if (sum) {
    const [left, right] = [evaluate(sum[1]!, known), evaluate(sum[3]!, known)]
    return { '-': left - right, '+': left + right, '|': left | right, '<<': left << right }[sum[2]!]!
  }
  if (/^\(.*\)$/.test(text)) return evaluate(text.slice(1, -1), known)
  const number = known.get(text) ?? Number(text.replace(/^-\s*/, '-').replace(/[uUlL]+$/, ''))
  return Number.isNaN(number) ? fail(`no number: ${text}`) : number
}

function commonPrefix(names: string[]): string {
  let prefix = names[0] ?? ''
  for (const name of names) while (!name.startsWith(prefix)) prefix = prefix.slice(0, -1)
  return prefix.slice(0, prefix.lastIndexOf('_') + 1)
}

export interface StructField {
  name: string
  at: number
  size: number
  signed: boolean
  bigEndian: boolean
}
export interface HeaderStruct {
  size: number
  fields: StructField[]
}

const SIZES: Record<string, number> = { char: 1, short: 2, int: 4 }
const WORD =
  /^(?:(__be|__u|__s)(8|16|32|64)|(unsigned )?(char|short|int)|struct in6?_addr)\s+(\w+)(?:\s*\[\s*(\w+)\s*\])?$/

/** The layout of a struct whose fields are plain numbers; undefined where it is not in the header, or has others. */
export function structOf(header: string, name: string): HeaderStruct | undefined {
  const body = new RegExp(`\\bstruct\\s+${name}\\s*\\{([^{}]*)\\}`).exec(read(header).replace(/^\s*#.*$/gm, ''))?.[1]
  if (body === undefined) return undefined
  const fields: StructField[] = []
  let end = 0
  let widest = 1
  for (const declaration of body.split(';').map((text) => text.trim().replace(/\s+/g, ' '))) {
    if (declaration === '') continue
    const found = WORD.exec(declaration)
    if (!found || found[6] !== undefined || (found[1] === undefined && found[4] === undefined)) return undefined
    const size = found[2] === undefined ? SIZES[found[4]!]! : Number(found[2]) / 8
    const at = Math.ceil(end / size) * size
    const signed = found[1] === '__s' || (found[1] === undefined && found[3] === undefined)
    fields.push({ name: found[5]!, at, size, signed, bigEndian: found[1] === '__be' })
    end = at + size
    widest = Math.max(widest, size)
  }
  return { size: Math.ceil(end / widest) * widest, fields }
}

function fail(message: string): never {
  throw new Error(message)
}
