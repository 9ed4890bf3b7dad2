/** One endpoint on its way: made whole, or not at all. */
import { EndpointError, type EndpointStep } from '../errors.js'
import { linkDelete } from '../route/links.js'
import type { ChainLeg, ChainOutcome, NetlinkSocket } from '../socket/netlink-socket.js'
import { Endpoint } from './endpoint.js'
import type { NamespacePool, Place } from './namespace-pool.js'
import { checkEndpoint, type Plan, planOf, undoOf } from './plan.js'
import { type EndpointSpec, isShared } from './spec.js'
import { deleteInside, isAbsent } from './undoing.js'

/** Indexes for outer links are taken from here on, where nothing else takes them. */
const FIRST_INDEX = 0x2000_0000
const INDEXES = 0x4000_0000
const TRIES = 3

const EBUSY = 16

export class Indexes {
  #next = Math.floor(Math.random() * INDEXES)

  take(): number {
    this.#next = (this.#next + 1) % INDEXES
    return FIRST_INDEX + this.#next
  }
}

/** What endpoints are made with. */
export interface HostSide {
  readonly host: NetlinkSocket
  /** For what takes long, so that others need not wait for it: single deletions. */
  readonly aside: NetlinkSocket
  readonly pool: NamespacePool
  /** The group of the outer links. */
  readonly group: number
  readonly indexes: Indexes
  readonly hasIPv6: boolean
}

/**
 * Makes one endpoint, or nothing. `number` is that of the chains that the signal cancels.
 * @throws {EndpointError}
 */
export async function makeEndpoint(
  side: HostSide,
  spec: EndpointSpec,
  index: number,
  cancelled: AbortSignal,
  number: number,
): Promise<Endpoint> {
  const making = new Making(side, spec, cancelled, number)
  try {
    return await making.make()
  } catch (cause) {
    const { step } = making
    const leftover = await making.unmake()
    const id = typeof spec?.id === 'string' ? spec.id : '?'
    throw new EndpointError({ id, index, step, cause, leftover })
  }
}

class Making {
  step: EndpointStep = 'check'
  readonly #side: HostSide
  readonly #spec: EndpointSpec
  readonly #cancelled: AbortSignal
  readonly #number: number
  #plan!: Plan
  #outerIndex = 0
  #place: Place | undefined
  /** What there is by now: the links; of the entries outside, those in the order of `undoOf` that are written down. */
  #linked = false
  #written: readonly boolean[] = []

  constructor(side: HostSide, spec: EndpointSpec, cancelled: AbortSignal, number: number) {
    this.#side = side
    this.#spec = spec
    this.#cancelled = cancelled
    this.#number = number
  }

  async make(): Promise<Endpoint> {
    const spec = this.#spec
    this.#cancelled.throwIfAborted()
    checkEndpoint(spec)
    // Checked, and encoded, before anything is made.
    this.#makePlan()
    this.step = 'namespace'
    this.#place = await this.#side.pool.take(spec.netns)
    this.#cancelled.throwIfAborted()

    const [links, inside, outside] = await this.#chain()
    this.#check('link', links)
    this.#linked = true
    this.#check('inside', inside)
    if (spec.sysctl === undefined) this.#checkOutside(outside)
    else {
      this.step = 'sysctl'
      await this.#setParameters(spec.sysctl)
      this.step = 'outside'
      const { errors } = await this.#side.host.chain(undefined, [this.#outside()], this.#number)
      this.#checkOutside(errors[0])
    }
    this.#cancelled.throwIfAborted()
    this.#place!.done()
    return new Endpoint(spec, this.#place!.netns, this.#outerIndex, this.#plan.innerName)
  }

  #makePlan(): void {
    const { group, hasIPv6, indexes } = this.#side
    const spec = this.#spec
    this.#outerIndex = isShared(spec) ? 0 : (spec.outer.ifindex ?? indexes.take())
    this.#plan = planOf(spec, { isNew: spec.netns === undefined, outerIndex: this.#outerIndex, group, hasIPv6 })
  }

  /** All that the kernel is asked in one go. */
  async #chain(): Promise<ChainOutcome['errors']> {
    const { host, pool } = this.#side
    for (let tries = 1; ; tries++) {
      const legs: ChainLeg[] = [
        { inside: false, requests: [this.#plan.link] },
        { inside: true, requests: this.#plan.inside },
      ]
      if (this.#spec.sysctl === undefined) legs.push(this.#outside())
      const { created, errors } = await host.chain(this.#place ?? 'new', legs, this.#number)
      if (created !== undefined) this.#place = pool.adopt(created)
      const refusal = errors[0]?.[0] as { errno?: number } | undefined
      if (refusal?.errno !== EBUSY || !this.#choosesIndex() || tries === TRIES) return errors
      // Somebody has that index.
      this.#cancelled.throwIfAborted()
      this.#makePlan()
    }
  }

  #outside(): ChainLeg {
    return { inside: false, requests: this.#plan.outside }
  }

  /** Whether the outer link's index is not the caller's to know. */
  #choosesIndex(): boolean {
    return !isShared(this.#spec) && this.#spec.outer.ifindex === undefined
  }

  async #setParameters(parameters: Required<EndpointSpec>['sysctl']): Promise<void> {
    for (const [name, value] of Object.entries(parameters)) {
      this.#cancelled.throwIfAborted()
      await this.#place!.netns.sysctl.set(name, typeof value === 'boolean' ? Number(value) : value)
    }
    this.#cancelled.throwIfAborted()
  }

  #checkOutside(errors: LegErrors): void {
    if (errors !== undefined) this.#written = this.#plan.entries.map((at) => errors[at] === undefined)
    this.#check('outside', errors)
  }

  /** @throws The first error of a leg, or why it was not run. */
  #check(step: EndpointStep, errors: LegErrors): void {
    // Of one that was cancelled before anything was begun, that is where it stopped.
    if (errors !== undefined || this.#place !== undefined) this.step = step
    if (errors === undefined) {
      this.#cancelled.throwIfAborted()
      throw new Error('it was not begun')
    }
    for (const error of errors) if (error !== undefined) throw error
  }

  /** Takes away what was made, and returns why some of it can't be. */
  async unmake(): Promise<Error[]> {
    const leftover: Error[] = []
    const note = (error: unknown) => {
      if (!isAbsent(error)) leftover.push(error as Error)
    }
    const { host, aside } = this.#side
    if (this.#written.includes(true)) {
      const requests = undoOf(this.#spec).filter((_, at) => this.#written[at])
      for (const result of await host.bulk(requests)) if (result.status === 'rejected') note(result.reason)
    }
    if (this.#linked) {
      const deletion = isShared(this.#spec)
        ? deleteInside(aside, this.#place!.netns, this.#plan.inner)
        : aside.run(linkDelete(this.#outerIndex))
      // What is in a new namespace ends with it.
      const isInNew = isShared(this.#spec) && this.#spec.netns === undefined
      await deletion.catch(isInNew ? () => {} : note)
    }
    await this.#place?.abandon(this.#linked)
    return leftover
  }
}

/** Undefined: it was not run. */
type LegErrors = ChainOutcome['errors'][number] | undefined
