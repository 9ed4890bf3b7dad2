import type { AnyRequest } from '../../src/socket/request.js'

/**
 * A command line and the request of ours that means the same. In the commands, links are those of `LINKS` (recording.ts).
 * Where the two differ on purpose: the lines that each has and the other has not, and why.
 */
export type Case = readonly [command: string, request: () => AnyRequest, differs?: Difference]
export interface Difference {
  why: string
  /** Lines of iproute2's message that ours lacks, and the other way round. */
  theirs?: readonly string[]
  ours?: readonly string[]
}
