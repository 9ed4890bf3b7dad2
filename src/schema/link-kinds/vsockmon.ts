/**
 * AF_VSOCK monitors (linux/vsockmon.h): a packet socket on one sees the packets between virtual machines and the host.
 */
import { attributes } from '../../wire/attributes.js'
import { linkKind } from './kind.js'

export const vsockmon = linkKind({
  name: 'vsockmon',
  needed: false,
  fixed: 'an AF_VSOCK monitor has no options of its own',
  madeOn: false,
  data: attributes({}),
})
