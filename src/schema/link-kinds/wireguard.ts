/**
 * WireGuard tunnels (linux/wireguard.h). Rtnetlink makes the link; keys and peers are set through the generic netlink
 * family `wireguard`.
 */
import { attributes } from '../../wire/attributes.js'
import { linkKind } from './kind.js'

export const wireguard = linkKind({
  name: 'wireguard',
  needed: false,
  fixed: 'a WireGuard link has no options of its own',
  madeOn: false,
  data: attributes({}),
})
