/** A netlink socket in one namespace: runs requests, alone or together, reads dumps, subscribes to groups. */
import { BatchError, ClosedError } from '../errors.js'
import {
  native,
  type NativeNamespace,
  type NativeSocket,
  type NativeSocketOwner,
  stop,
  type StopRule,
} from '../native.js'
import { invalid } from '../wire/invalid.js'
import { Messages, NLMSG_MIN_TYPE } from '../wire/message.js'
import { Reader } from '../wire/reader.js'
import { dumpFailure, engineFailure, failureOf, INTERRUPTED } from './failure.js'
import type { NetlinkError } from '../errors.js'
import { systemFailure } from './open-error.js'
import type { AnyRequest, Request, ResultOf } from './request.js'
import { type Answers, Submission } from './submission.js'
import { type MessageListener, Subscription } from './subscription.js'

/** A network namespace as far as a socket needs it: an open descriptor. */
export interface NamespaceReference {
  /** An open descriptor of the namespace, such as of /run/netns/NAME or /proc/PID/ns/net. */
  readonly fd: number
  /** Keeps the descriptor open until `release`, as often as it was held. @internal */
  hold?(): void
  /** @internal */
  release?(): void
}

export interface NetlinkSocketOptions {
  /** The namespace to open the socket in, where it then stays. Default: the process's own. */
  netns?: NamespaceReference | undefined
  /** Bytes of SO_RCVBUF. Default: 4 MiB, or what the process may have. */
  receiveBuffer?: number | undefined
  /** Bytes of SO_SNDBUF. Default: 4 MiB, or what the process may have. */
  sendBuffer?: number | undefined
  /** NETLINK_GET_STRICT_CHK (kernel 4.20): dumps are filtered by the kernel. Default: true. */
  strict?: boolean | undefined
  /** How often a dump that was interrupted is tried again before it fails. Default: 10. */
  dumpRetries?: number | undefined
}

export type ResultsOf<Requests extends readonly AnyRequest[]> = {
  -readonly [K in keyof Requests]: ResultOf<Requests[K]>
}
export type SettledOf<Requests extends readonly AnyRequest[]> = {
  -readonly [K in keyof Requests]: PromiseSettledResult<ResultOf<Requests[K]>>
}

interface Pending {
  /** `messages` are to be read before it returns: their memory is used again. */
  onAnswer(messages: Uint8Array | undefined, last: boolean, errno: number): void
}

/** Where a chain leads: a namespace, with a socket there that is `beside` the chain's where there is one already. */
export type ChainPlace = 'new' | { readonly netns: NamespaceReference; readonly socket?: NetlinkSocket | undefined }

export interface ChainLeg {
  readonly inside: boolean
  readonly requests: readonly AnyRequest[]
}

export interface ChainOutcome {
  /** The namespace, where it is new and was made. */
  readonly created: NativeNamespace | undefined
  /** Of each leg that was run, the errors by request; shorter than the legs where it stopped. */
  readonly errors: readonly (readonly (Error | undefined)[])[]
}

/** To whom answers are told that a promise brings. */
const NOBODY: Pending = { onAnswer() {} }

type Resolve = (value: unknown) => void
type Reject = (error: Error) => void

const DUMP_RETRIES = 10

export class NetlinkSocket implements NativeSocketOwner {
  readonly #native: NativeSocket
  readonly #dumpRetries: number
  readonly #pending = new Map<number, Pending>()
  #nextId = 1
  #staged: Submission | undefined
  #resolves: Resolve[] = []
  #rejects: Reject[] = []
  #closed = false
  #idle: (() => void)[] = []
  readonly #streams = new Set<() => void>()

  private constructor(native: NativeSocket, dumpRetries = DUMP_RETRIES) {
    this.#native = native
    this.#dumpRetries = dumpRetries
    native.owner = this
  }

  /**
   * Opens a socket of the netlink protocol in a namespace (socket(2), netlink(7), setns(2)).
   * @throws {NetlinkError} EPERM to enter another namespace without CAP_SYS_ADMIN; EMFILE; EPROTONOSUPPORT.
   */
  static async open(protocol: number, options: NetlinkSocketOptions = {}): Promise<NetlinkSocket> {
    const { netns } = options
    netns?.hold?.()
    try {
      return new NetlinkSocket(await native.openSocket(...openArguments(protocol, options)), options.dumpRetries)
    } catch (error) {
      throw systemFailure(error, 'open a netlink socket')
    } finally {
      netns?.release?.()
    }
  }

  /** The same, at once: blocks for some tens of microseconds. */
  static openSync(protocol: number, options: NetlinkSocketOptions = {}): NetlinkSocket {
    try {
      return new NetlinkSocket(native.openSocketSync(...openArguments(protocol, options)), options.dumpRetries)
    } catch (error) {
      throw systemFailure(error, 'open a netlink socket')
    }
  }

  /**
   * Runs one request. Requests of the same tick leave together, in order, and each gets its own result.
   * A dump is collected into an array, and tried again where the kernel says that it was interrupted.
   * @throws {NetlinkError} What the kernel refused. @throws {ClosedError} The socket is closed.
   */
  run<Result>(request: Request<Result>): Promise<Result>
  run(request: AnyRequest): Promise<unknown> {
    if (this.#closed) return Promise.reject(closedError())
    if (request.operation.answer === 'dump') return this.#collect(request)
    return new Promise((resolve, reject) => {
      const staged = (this.#staged ??= this.#stage())
      this.#resolves.push(resolve)
      this.#rejects.push(reject)
      if (staged.add(request)) this.#flush()
    })
  }

  /**
   * Runs one request on the calling thread, after everything queued before it. The event loop stands still meanwhile.
   * @throws {NetlinkError} What the kernel refused; EBUSY while a dump of this socket is only half read.
   */
  runSync<Result>(request: Request<Result>): Result
  runSync(request: AnyRequest): unknown {
    if (this.#closed) throw closedError()
    this.#flush()
    if (request.operation.answer === 'dump') return this.#collectSync(request)
    const submission = Submission.of([request])
    let answers: Uint8Array | undefined
    try {
      answers = this.#native.submitSync(submission.bytes, submission.patches, stop.never)
      submission.sent()
    } catch (error) {
      throw engineFailure(request, (error as { errno?: number }).errno ?? 0)
    } finally {
      submission.release()
    }
    const { results, errors } = submission.read(answers)
    if (errors?.[0] !== undefined) throw errors[0]
    return results?.[0]
  }

  /**
   * Runs requests in order and stops at the first failure; those after it are not sent.
   * @throws {BatchError} with the index, the results before it and, as `cause`, the error.
   */
  batch<const Requests extends readonly AnyRequest[]>(requests: Requests): Promise<ResultsOf<Requests>>
  async batch(requests: readonly AnyRequest[]): Promise<unknown[]> {
    if (this.#closed) throw closedError()
    for (const request of requests) {
      if (request.operation.answer === 'dump')
        throw new TypeError(`a dump can't be part of a batch: ${String(request)}`)
    }
    if (requests.length === 0) return []
    this.#flush()
    const { results = [], errors } = await this.#submit(Submission.of(requests), stop.afterFailure)
    results.length = requests.length
    const index = errors?.findIndex((error) => error !== undefined) ?? -1
    if (index >= 0) throw new BatchError(index, requests.length, results.slice(0, index), errors![index]!)
    return Array.from(results)
  }

  /**
   * Runs lists of requests one after the other, with this socket or with one inside another namespace, each list in as
   * few sends as can be. Where none is inside, nothing is opened there. Stops after a send in which a request failed.
   * What is asked of either meanwhile waits. `cancel` with the same number begins nothing further.
   * @throws {NetlinkError} The namespace can't be made or entered.
   * @internal
   */
  async chain(inside: ChainPlace | undefined, legs: readonly ChainLeg[], number: number): Promise<ChainOutcome> {
    if (this.#closed) throw closedError()
    this.#flush()
    const id = this.#nextId++
    const place = inside === 'new' ? undefined : inside
    const netns = place?.netns
    const submissions = legs.map(({ requests }) => Submission.of(requests))
    const passed = submissions.flatMap(({ bytes, patches }, index) => [legs[index]!.inside, bytes, patches])
    netns?.hold?.()
    this.#pending.set(id, NOBODY)
    try {
      const beside = place?.socket
      const outcome = this.#native.chain(number, netns?.fd ?? -1, beside && beside.#native, ...passed)
      for (const submission of submissions) submission.sent()
      const [created, ...answers] = await outcome
      return { created, errors: answers.map((answer, index) => submissions[index]!.read(answer).errors ?? []) }
    } catch (error) {
      throw systemFailure(error, inside === 'new' ? 'make a network namespace' : 'enter a network namespace')
    } finally {
      netns?.release?.()
      for (const submission of submissions) submission.release()
      this.#pending.delete(id)
      this.#wakeIdle()
    }
  }

  /** @internal */
  cancel(number: number): void {
    if (!this.#closed) this.#native.cancel(number)
  }

  /**
   * Opens a socket in another namespace, or in a new one, whose requests run in one order with this one's: what is
   * asked of the one after the other is done after it.
   * @internal
   */
  async beside(
    protocol: number,
    options: Omit<NetlinkSocketOptions, 'netns'> & { netns: NamespaceReference | 'new' },
  ): Promise<{ socket: NetlinkSocket; created: NativeNamespace | undefined }> {
    const { netns } = options
    const reference = netns === 'new' ? undefined : netns
    if (this.#closed) throw closedError()
    this.#flush()
    reference?.hold?.()
    try {
      const made = await this.#native.beside(...openArguments(protocol, { ...options, netns: reference }))
      return { socket: new NetlinkSocket(made, options.dumpRetries), created: made.created }
    } catch (error) {
      throw systemFailure(error, netns === 'new' ? 'make a network namespace' : 'open a netlink socket')
    } finally {
      reference?.release?.()
    }
  }

  /** Runs requests in order, all of them whatever fails, and tells of each how it ended. */
  bulk<const Requests extends readonly AnyRequest[]>(requests: Requests): Promise<SettledOf<Requests>>
  bulk(requests: readonly AnyRequest[]): Promise<PromiseSettledResult<unknown>[]> {
    return Promise.allSettled(requests.map((request) => this.run(request)))
  }

  /**
   * The objects of a dump as they arrive. Memory stays bounded however slow the consumer.
   * @throws {DumpInterruptedError} after the last object, where the table changed meanwhile: `partial` is empty, what
   * was read has been seen. @throws {ClosedError} The socket was closed meanwhile.
   */
  stream<Item>(request: Request<Item[]>): AsyncIterableIterator<Item>
  async *stream(request: AnyRequest): AsyncIterableIterator<unknown> {
    if (this.#closed) throw closedError()
    const parts: Uint8Array[] = []
    let end: { errno: number } | undefined
    let wake: (() => void) | undefined
    let refused: Error | undefined
    const id = this.#dump(
      request,
      (messages, ended) => {
        if (messages !== undefined) parts.push(messages.slice())
        if (ended) end = ended
        wake?.()
      },
      (error) => (refused = error),
    )
    if (refused !== undefined) throw refused
    // Only the consumer knows how long it will take: closing does not wait for it.
    let stopped = false
    const stop = () => {
      stopped = true
      this.#native.consumed(id, 0)
      wake?.()
    }
    this.#streams.add(stop)
    try {
      let said: NetlinkError | undefined
      for (;;) {
        if (stopped) throw closedError()
        const part = parts.shift()
        if (part !== undefined) {
          const items: unknown[] = []
          said = readPart(request, part, items) ?? said
          yield* items
          this.#native.consumed(id, part.length)
        } else if (end !== undefined) {
          if (end.errno !== 0) throw dumpFailure(request, end.errno, [], said)
          return
        } else {
          await new Promise<void>((resolve) => (wake = resolve))
        }
      }
    } finally {
      this.#streams.delete(stop)
      this.#native.consumed(id, 0)
    }
  }

  /**
   * Hears the multicast groups with a socket of its own in the same namespace. Messages come in order;
   * where the kernel had to drop some, the listener is told so at that place.
   * @throws {NetlinkError} The socket can't be opened or a group can't be joined.
   */
  subscribe(groups: readonly number[], listener: MessageListener, receiveBuffer = 0): Subscription {
    if (this.#closed) throw closedError()
    try {
      return new Subscription(this.#native, groups, listener, receiveBuffer)
    } catch (error) {
      throw systemFailure(error, 'subscribe to netlink groups')
    }
  }

  /** The index of the link with this name or alternative name (of at most 15 bytes); undefined where there is none. */
  linkIndex(name: string): number | undefined {
    if (this.#closed) throw closedError()
    return this.#native.linkIndex(name) || undefined
  }

  /** A handle of the namespace that the socket is in. @internal */
  namespace(): ReturnType<NativeSocket['namespace']> {
    try {
      return this.#native.namespace()
    } catch (error) {
      throw systemFailure(error, 'find the namespace of a netlink socket')
    }
  }

  /** Whether requests in flight keep the process alive, as they do at first. */
  ref(): this {
    this.#native.ref()
    return this
  }

  unref(): this {
    this.#native.unref()
    return this
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Takes no more requests, and closes the descriptor when those under way have ended. Resolves then. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#flush()
      this.#closed = true
      for (const stop of this.#streams) stop()
      this.#native.close()
    }
    if (this.#pending.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** @internal */
  onAnswer(id: number, messages: Uint8Array | undefined, last: boolean, errno: number): void {
    const pending = this.#pending.get(id)
    if (last) this.#pending.delete(id)
    pending?.onAnswer(messages, last, errno)
    this.#wakeIdle()
  }

  #wakeIdle(): void {
    if (this.#pending.size > 0 || this.#idle.length === 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #stage(): Submission {
    queueMicrotask(() => this.#flush())
    return new Submission()
  }

  /** Sends what has been staged. */
  #flush(): void {
    const submission = this.#staged
    if (submission === undefined) return
    const resolves = this.#resolves
    const rejects = this.#rejects
    this.#staged = undefined
    this.#resolves = []
    this.#rejects = []
    const settle = ({ results, errors }: Answers) => {
      if (errors === undefined) {
        for (let i = 0; i < resolves.length; i++) resolves[i]!(results?.[i])
        return
      }
      for (let i = 0; i < resolves.length; i++) {
        const error = errors[i]
        if (error === undefined) resolves[i]!(results?.[i])
        else rejects[i]!(error)
      }
    }
    this.#queue(submission, stop.never, settle, (error) => {
      for (const reject of rejects) reject(error)
    })
  }

  #submit(submission: Submission, rule: StopRule): Promise<Answers> {
    return new Promise((resolve, reject) => this.#queue(submission, rule, resolve, reject))
  }

  #queue(submission: Submission, rule: StopRule, settle: (answers: Answers) => void, reject: Reject): void {
    this.#begin(
      submission,
      (id) => this.#native.submit(id, submission.bytes, submission.patches, rule),
      (messages) => {
        let answers: Answers
        try {
          answers = submission.read(messages)
        } catch (error) {
          return reject(error as Error)
        }
        settle(answers)
      },
      reject,
    )
  }

  /** Has the addon begin something; `refuse` is told where not even a thread for it could be had. */
  #begin(submission: Submission, begin: (id: number) => void, onAnswer: Pending['onAnswer'], refuse: Reject): number {
    const id = this.#nextId++
    this.#pending.set(id, {
      onAnswer(messages, last, errno) {
        if (last) submission.release()
        onAnswer(messages, last, errno)
      },
    })
    try {
      begin(id)
      submission.sent()
    } catch (error) {
      this.#pending.delete(id)
      submission.release()
      refuse(systemFailure(error, 'make a thread that speaks to the kernel') as Error)
    }
    return id
  }

  async #collect(request: AnyRequest): Promise<unknown[]> {
    for (let tries = 0; ; tries++) {
      const parts: unknown[][] = []
      let said: NetlinkError | undefined
      let broken: Error | undefined
      const errno = await new Promise<number>((resolve, reject) => {
        const id = this.#dump(
          request,
          (messages, end) => {
            if (messages !== undefined && broken === undefined) {
              try {
                const part: unknown[] = []
                said = readPart(request, messages, part) ?? said
                parts.push(part)
              } catch (error) {
                broken = error as Error
              }
            }
            if (end) resolve(end.errno)
            else if (messages !== undefined) this.#native.consumed(id, messages.length)
          },
          reject,
        )
      })
      if (broken !== undefined) throw broken
      if (errno === 0) return joined(parts)
      if (errno !== INTERRUPTED || tries >= this.#dumpRetries) throw dumpFailure(request, errno, joined(parts), said)
      if (this.#closed) throw closedError()
    }
  }

  #collectSync(request: AnyRequest): unknown[] {
    for (let tries = 0; ; tries++) {
      const submission = Submission.of([request])
      let answer: { messages: Uint8Array | undefined; errno: number }
      try {
        answer = this.#native.dumpSync(submission.bytes, submission.patches)
        submission.sent()
      } catch (error) {
        throw engineFailure(request, (error as { errno?: number }).errno ?? 0)
      } finally {
        submission.release()
      }
      const items: unknown[] = []
      const said = readPart(request, answer.messages, items)
      if (answer.errno === 0) return items
      if (answer.errno !== INTERRUPTED || tries >= this.#dumpRetries) {
        throw dumpFailure(request, answer.errno, items, said)
      }
    }
  }

  /** Queues a dump; `onPart` gets its messages part by part, and with the last how it ended. */
  #dump(
    request: AnyRequest,
    onPart: (messages: Uint8Array | undefined, end: { errno: number } | undefined) => void,
    refuse: Reject,
  ): number {
    this.#flush()
    const submission = Submission.of([request])
    return this.#begin(
      submission,
      (id) => this.#native.dump(id, submission.bytes, submission.patches),
      (messages, last, errno) => onPart(messages, last ? { errno } : undefined),
      refuse,
    )
  }
}

/** One array of all, which is grown once. */
function joined(parts: unknown[][]): unknown[] {
  if (parts.length === 1) return parts[0]!
  return ([] as unknown[]).concat(...parts)
}

/** Reads the objects of a part of a dump behind those of earlier parts; returns what the kernel said if it ended badly. */
function readPart(request: AnyRequest, messages: Uint8Array | undefined, items: unknown[]): NetlinkError | undefined {
  if (messages === undefined) return undefined
  let said: NetlinkError | undefined
  const r = new Reader(messages)
  const { operation } = request
  const message = new Messages(r)
  while (message.next()) {
    if (message.type < NLMSG_MIN_TYPE) {
      said = failureOf(request, r, message)
      continue
    }
    if (operation.readEach !== undefined) {
      for (const item of operation.readEach(r, message) as unknown[]) items.push(item)
      continue
    }
    const item: unknown = operation.read!(r, message)
    if (item !== undefined) items.push(item)
  }
  return said
}

function openArguments(protocol: number, options: NetlinkSocketOptions) {
  const { netns, receiveBuffer = 0, sendBuffer = 0, strict = true } = options
  if (!Number.isInteger(protocol) || protocol < 0 || protocol > 31) {
    throw invalid('protocol', 'an integer from 0 to 31', protocol)
  }
  for (const [name, value] of [
    ['receiveBuffer', receiveBuffer],
    ['sendBuffer', sendBuffer],
  ] as const) {
    if (!Number.isInteger(value) || value < 0 || value > 1 << 30) {
      throw invalid(name, `an integer from 0 to ${1 << 30}`, value)
    }
  }
  if (typeof strict !== 'boolean') throw invalid('strict', 'true or false', strict)
  const fd = netns === undefined ? -1 : netns.fd
  if (!Number.isInteger(fd) || (netns !== undefined && fd < 0)) throw invalid('netns', 'a Netns or { fd }', netns)
  return [protocol, fd, receiveBuffer, sendBuffer, strict] as const
}

function closedError(): ClosedError {
  return new ClosedError('the netlink socket is closed')
}
