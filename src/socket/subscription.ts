/** A subscription to multicast groups. */
import type { NativeSocket, NativeSubscription } from '../native.js'
import { errorText } from '../errors.js'
import { type Message, Messages, NLMSG_MIN_TYPE } from '../wire/message.js'
import { Reader } from '../wire/reader.js'

export interface MessageListener {
  /** One message; neither the reader nor the message may be kept. */
  onMessage(r: Reader, message: Message): void
  /** Messages were lost here: the receive buffer was full (ENOBUFS). */
  onOverflow(): void
  /** The subscription ended by itself, which the kernel has no reason to make it do. */
  onError(error: Error): void
}

const ENOBUFS = 105
const EMSGSIZE = 90

export class Subscription {
  readonly #native: NativeSubscription

  /** @internal */
  constructor(socket: NativeSocket, groups: readonly number[], listener: MessageListener, receiveBuffer: number) {
    this.#native = socket.subscribe([...groups], receiveBuffer, (messages, errno) => {
      if (errno === ENOBUFS || errno === EMSGSIZE) return listener.onOverflow()
      if (errno !== 0) return listener.onError(new Error(`the subscription ended: ${errorText(errno)}`))
      if (messages === undefined) return
      const r = new Reader(messages)
      try {
        const message = new Messages(r)
        while (message.next()) if (message.type >= NLMSG_MIN_TYPE) listener.onMessage(r, message)
      } catch (error) {
        listener.onError(error as Error)
      }
    })
  }

  /** Whether the subscription keeps the process alive, as it does at first. */
  ref(): void {
    this.#native.ref()
  }

  unref(): void {
    this.#native.unref()
  }

  close(): void {
    this.#native.close()
  }
}
