/** Reads netlink messages from a buffer. Bounds are the callers': each codec is given the range it may look at. */

export class Reader {
  readonly bytes: Uint8Array
  readonly u16: Uint16Array
  readonly u32: Uint32Array

  constructor(bytes: Uint8Array) {
    // Typed arrays want their numbers aligned; buffers of the addon are, a caller's slice may not be.
    const aligned = (bytes.byteOffset & 3) === 0 ? bytes : bytes.slice()
    this.bytes = aligned
    this.u16 = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length >> 1)
    this.u32 = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2)
  }

  getU16(at: number): number {
    return this.u16[at >> 1]!
  }

  getU32(at: number): number {
    return this.u32[at >> 2]!
  }

  getS32(at: number): number {
    return this.u32[at >> 2]! | 0
  }

  getBE16(at: number): number {
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!
  }

  getBE32(at: number): number {
    const b = this.bytes
    return ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0
  }
}

/** Kept, as that of routes is (`routeShapes`): code made for a shape is dropped with its last object. */
export const readerShape = new Reader(new Uint8Array(0))

/** What came from the kernel is not what the protocol allows: nothing of the message is believed. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage'
}
