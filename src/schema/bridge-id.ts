/** struct ifla_bridge_id: who a bridge is to the spanning tree. */
import type { Codec } from '../wire/codec.js'
import { readLinkAddress } from '../wire/inet.js'

export interface BridgeId {
  /** 0 to 65535; the lower wins. */
  priority: number
  /** A MAC address. */
  address: string
}

export const bridgeId = (): Codec<BridgeId> => ({
  wire: 'struct ifla_bridge_id',
  expects: 'nothing: it can only be read',
  write(w, value) {
    throw w.invalid(this.expects, value)
  },
  read: (r, start, end) =>
    end - start < 8 ? undefined : { priority: r.getBE16(start), address: readLinkAddress(r, start + 2, start + 8) },
})
