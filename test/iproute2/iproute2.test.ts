/** Byte for byte against iproute2: the same intent is the same attributes with the same values. */
import { beforeAll, expect, it } from 'vitest'

import { describePrivileged } from '../support/netns.js'
import { addressLabelCases } from './address-label-cases.js'
import { addressCases } from './address-cases.js'
import type { Case } from './cases.js'
import { comparable, NORMALISATIONS, sent, typeOf, used } from './comparable.js'
import { fdbCases } from './fdb-cases.js'
import { linkCases } from './link-cases.js'
import { multicastRouteCases } from './multicast-route-cases.js'
import { netconfCases } from './netconf-cases.js'
import { neighborTableCases } from './neighbor-table-cases.js'
import { neighborCases } from './neighbor-cases.js'
import { cannotRecord, record } from './recording.js'
import { statisticsCases } from './statistics-cases.js'
import { routeCases } from './route-cases.js'
import { ruleCases } from './rule-cases.js'

/** To add a family: its file of cases, and its line here. */
const CASES: Record<string, readonly Case[]> = {
  link: linkCases,
  address: addressCases,
  'address label': addressLabelCases,
  route: routeCases,
  rule: ruleCases,
  neighbor: neighborCases,
  'neighbor table': neighborTableCases,
  fdb: fdbCases,
  'multicast route': multicastRouteCases,
  statistics: statisticsCases,
  netconf: netconfCases,
}

const commands = [...new Set(Object.values(CASES).flatMap((cases) => cases.map(([command]) => command)))]
let recorded: Map<string, Uint8Array[]> | undefined
/** All at once, when the first is wanted. */
const messagesOf = (command: string): Uint8Array[] => {
  recorded ??= new Map(record(commands).map((messages, index) => [commands[index]!, messages]))
  return recorded.get(command)!
}

/** Those of the lines that are not among the others; a line that is there twice is needed there twice. */
function missingIn(others: readonly string[], lines: readonly string[]): string[] {
  const left = [...others]
  return lines.filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

describePrivileged(`what iproute2 sends${cannotRecord ? ` (${cannotRecord})` : ''}`, () => {
  const cases = Object.entries(CASES).flatMap(([family, list]) => list.map((one) => [family, ...one] as const))

  // All commands are recorded in one go, which takes a while where the machine is busy.
  beforeAll(() => void (cannotRecord ?? messagesOf(commands[0]!)), 120_000)

  for (const [family, command, request, differs] of cases) {
    it.skipIf(cannotRecord !== undefined)(`${family}: ${command}`, () => {
      const mine = sent(request())
      // Before the message that counts come look-ups, and a probe of what the kernel knows: an empty RTM_NEWLINK.
      const theirs = messagesOf(command)
        .filter((bytes) => typeOf(bytes) === typeOf(mine))
        .at(-1)
      expect(theirs, 'a message of the type').toBeDefined()
      const [ours, iproute2s] = [comparable(mine, request()), comparable(theirs!, request())]
      expect({ ours: missingIn(iproute2s, ours), theirs: missingIn(ours, iproute2s) }).toEqual({
        ours: differs?.ours ?? [],
        theirs: differs?.theirs ?? [],
      })
    })
  }

  it.skipIf(cannotRecord !== undefined)('differs in nothing but what is listed, all of which is needed', () => {
    expect(NORMALISATIONS.filter(({ line }) => !used.has(line)).map(({ why }) => why)).toEqual([])
  })
})
