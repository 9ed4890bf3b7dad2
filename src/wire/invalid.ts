/** Refusals of what the caller gave, before anything is sent: always where, what was expected, what came. */

/** The value as a reader of an error wants it: short, on one line, unmistakable. */
function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > 60 ? `${JSON.stringify(value.slice(0, 57))}…` : JSON.stringify(value)
    case 'bigint':
      return `${value}n`
    case 'function':
      return value.name ? `function ${value.name}` : 'a function'
    case 'object': {
      if (value === null) return 'null'
      if (Array.isArray(value)) return `an array of ${value.length}`
      if (value instanceof Uint8Array) return `${value.length} bytes`
      const name = (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor?.name
      return name && name !== 'Object'
        ? `a ${name}`
        : `an object with ${Object.keys(value).join(', ') || 'nothing in it'}`
    }
    default:
      return String(value)
  }
}

/** A TypeError where the type is wrong, a RangeError where the value is: "vxlan.id: expected …, got …". */
export function invalid(path: string, expected: string, got: unknown, kind: 'type' | 'range' = 'type'): Error {
  const message = `${path ? `${path}: ` : ''}expected ${expected}, got ${shown(got)}`
  return kind === 'range' ? new RangeError(message) : new TypeError(message)
}

/** An option that nothing understands, with the nearest that something does. */
export function unknownOption(path: string, known: readonly string[]): Error {
  const name = path.slice(path.lastIndexOf('.') + 1)
  const nearest = closest(name, known)
  return new TypeError(
    `${path}: unknown option${nearest ? `, did you mean ${nearest}?` : ` (known: ${known.join(', ')})`}`,
  )
}

function closest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
