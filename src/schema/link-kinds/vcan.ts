/** Virtual CAN buses (drivers/net/can/vcan.c). */
import { attributes } from '../../wire/attributes.js'
import { linkKind } from './kind.js'

export const vcan = linkKind({
  name: 'vcan',
  needed: false,
  fixed: 'a virtual CAN bus has no options of its own',
  madeOn: false,
  data: attributes({}),
})
