/** MACsec on another link, `link` (IFLA_MACSEC_*, linux/if_link.h; ip-macsec(8); IEEE 802.1AE). Keys are another family's. */
import { attribute, attributes, writeOnly } from '../../wire/attributes.js'
import { be16, bool8, type Codec, littleEndian, oneOf, u32, u8 } from '../../wire/codec.js'
import { linkKind, refuseData } from './kind.js'

/** The secure channel: a MAC address and a port, in network byte order, as sixteen hexadecimal digits. */
const sci: Codec<string | Uint8Array, string> = {
  wire: 'be64',
  expects: 'sixteen hexadecimal digits, or a Uint8Array of 8 bytes',
  write(w, value) {
    const bytes = typeof value === 'string' && /^[0-9a-f]{16}$/i.test(value) ? Buffer.from(value, 'hex') : value
    if (!(bytes instanceof Uint8Array) || bytes.length !== 8) {
      throw w.invalid(this.expects, value, typeof value === 'string' ? 'range' : 'type')
    }
    w.putBytes(bytes)
  },
  read: (r, start, end) =>
    end - start < 8 ? undefined : Buffer.from(r.bytes.subarray(start, start + 8)).toString('hex'),
}

/** MACSEC_CIPHER_ID_*. */
const CIPHERS = {
  gcmAes128: 0x0080c20001000001n,
  gcmAes256: 0x0080c20001000002n,
  gcmAesXpn128: 0x0080c20001000003n,
  gcmAesXpn256: 0x0080c20001000004n,
} as const
type Cipher = keyof typeof CIPHERS
/** The name that GCM-AES-128 has besides, which the kernel answers with (MACSEC_DEFAULT_CIPHER_ID). */
const DEFAULT_CIPHER = 0x0080020001000001n
const cipherById = new Map<bigint, Cipher>(Object.entries(CIPHERS).map(([name, id]) => [id, name as Cipher]))
cipherById.set(DEFAULT_CIPHER, 'gcmAes128')

/** The numbers are of 64 bits, all of which count. */
const cipherSuite: Codec<Cipher | bigint> = {
  wire: 'u64',
  expects: `one of ${Object.keys(CIPHERS).join(', ')}, or a bigint of 64 bits`,
  write(w, value) {
    const id = typeof value === 'string' && Object.hasOwn(CIPHERS, value) ? CIPHERS[value] : value
    if (typeof id !== 'bigint') throw w.invalid(this.expects, value, typeof value === 'string' ? 'range' : 'type')
    if (id !== BigInt.asUintN(64, id)) throw w.invalid(this.expects, value, 'range')
    w.putBytes(new Uint8Array(new BigUint64Array([id]).buffer))
  },
  read(r, start, end) {
    if (end - start < 8) return undefined
    const first = BigInt(r.getU32(start))
    const second = BigInt(r.getU32(start + 4))
    const id = littleEndian ? (second << 32n) | first : (first << 32n) | second
    return cipherById.get(id) ?? id
  },
}

export const macsec = linkKind({
  name: 'macsec',
  needed: false,
  fixed: false,
  madeOn: 'link',
  createOnly: ['sci', 'port', 'icvLen', 'cipherSuite'],
  data: attributes(
    {
      /** The secure channel that is sent on: sixteen hexadecimal digits, of the MAC address and the port. Or `port`. */
      sci: attribute(1, sci),
      /** The port of the secure channel, 1 to 65535; the rest is the link's MAC address. Default: 1. */
      port: writeOnly(2, be16({ min: 1 })),
      /** Bytes of the integrity check value, 8 to 16. Default: 16. */
      icvLen: attribute(3, u8({ min: 8, max: 16 })),
      /** The cipher that packets are protected with. Default: gcmAes128. */
      cipherSuite: attribute(4, cipherSuite),
      /** With `replayProtect`: how far out of order a packet may come, 0 for not at all. */
      window: attribute(5, u32()),
      /** The secure association that is sent with, 0 to 3. Default: 0. */
      encodingSa: attribute(6, u8({ max: 3 })),
      /** Packets are encrypted, not only authenticated. Off at first. */
      encrypt: attribute(7, bool8()),
      /** Packets are protected at all. On at first. */
      protect: attribute(8, bool8()),
      /** Each packet has the SCI in it (`send_sci` of ip-macsec). On at first. */
      incSci: attribute(9, bool8()),
      /** The end station bit; not with `incSci` or `scb`. Off at first. */
      es: attribute(10, bool8()),
      /** The single copy broadcast bit; not with `incSci` or `es`. Off at first. */
      scb: attribute(11, bool8()),
      /** Packets that come late are dropped; with `window`. Off at first. */
      replayProtect: attribute(12, bool8()),
      /** What happens to packets that fail (MACSEC_VALIDATE_*): nothing, counted, dropped. Default: strict. */
      validation: attribute(13, oneOf(u8(), { disabled: 0, check: 1, strict: 2 })),
      /** What the hardware does. Default: off. */
      offload: attribute(15, oneOf(u8(), { off: 0, phy: 1, mac: 2 })),
    },
    14,
  ),
  check(w, { sci, port, replayProtect, window, incSci, es, scb }) {
    if (sci !== undefined && port !== undefined) throw refuseData(w, 'port', 'nothing, since there is an sci', port)
    if (replayProtect === true && window === undefined) {
      throw refuseData(w, 'window', 'an integer from 0 to 4294967295, since replayProtect is true', window)
    }
    if (es === true && (incSci === true || scb === true)) {
      throw refuseData(w, 'es', `false, since ${incSci === true ? 'incSci' : 'scb'} is true`, es)
    }
    if (scb === true && incSci === true) throw refuseData(w, 'scb', 'false, since incSci is true', scb)
  },
})
