/** Names of network namespaces, as ip-netns(8) has them: files in /run/netns. */
import { native } from '../native.js'
import { invalid } from '../wire/invalid.js'

const NAME_MAX = 255
const EXPECTED = `the name of a namespace (1 to ${NAME_MAX} bytes, no "/", not "." or "..")`

/** @throws {TypeError} Not a string. @throws {RangeError} Not a name. */
export function checkName(name: unknown, path = 'name'): string {
  if (typeof name !== 'string') throw invalid(path, EXPECTED, name)
  const isName =
    name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name) && Buffer.byteLength(name) <= NAME_MAX
  if (!isName) throw invalid(path, EXPECTED, name, 'range')
  return name
}

export function pathOfName(name: string): string {
  return `${native.namespaceDirectory}/${name}`
}
