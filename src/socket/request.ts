/** A request: a small immutable value that says what to send, how to read the answer and what to call itself. */
import type { AttributeTable } from '../wire/attributes.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import { type Encoded, encodedShape } from '../wire/writer.js'

/** What all requests of one kind have in common. */
export interface Operation<Spec, Result> {
  /** The message type's name, for errors: 'RTM_NEWLINK'. */
  readonly message: string
  /** What is asked of which object, to follow "can't": "create vxlan link vx0". */
  describe(spec: Spec): string
  /** What to do about a refusal, where that can be said. */
  advise?(spec: Spec, errno: number): string | undefined
  /** The attributes, and the size of the header before them, to name what an extended ack points at. */
  readonly table: AttributeTable
  readonly headerSize: number
  /** It may make, rename or remove links: a later request that names one has to wait for it. */
  changesLinks?(spec: Spec): boolean
  /** How answers are read: none is expected, one object, or (a dump) any number of them. */
  readonly answer: 'none' | 'object' | 'optional' | 'dump'
  /** Reads one message of the answer; undefined: it is not one of them. */
  read?(r: Reader, message: Message): (Result extends readonly (infer Item)[] ? Item : Result) | undefined
  /** Instead of `read`, for a dump each message of which may tell of any number of objects. */
  readEach?(r: Reader, message: Message): Result extends readonly unknown[] ? Result : never
}

export class Request<Result, Spec = unknown> {
  readonly operation: Operation<Spec, Result>
  /** @internal */
  readonly encoded: Encoded
  readonly spec: Spec

  /** @internal */
  constructor(operation: Operation<Spec, Result>, encoded: Encoded, spec: Spec) {
    this.operation = operation
    this.encoded = encoded
    this.spec = spec
  }

  /** The message as it will be sent, less sequence number and flags that the engine adds. */
  get bytes(): Uint8Array {
    return this.encoded.bytes.slice(this.encoded.start, this.encoded.end)
  }

  /** "create vxlan link vx0 (RTM_NEWLINK)" */
  toString(): string {
    return `${this.operation.describe(this.spec)} (${this.operation.message})`
  }
}

/** Kept: see `readerShape` in wire/reader.ts. */
export const requestShape = new Request({} as Operation<unknown, unknown>, encodedShape, undefined)

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any request will do
export type AnyRequest = Request<any, any>
export type ResultOf<R> = R extends Request<infer Result, infer _Spec> ? Result : never
