/**
 * Ethernet links in the guise of a wireless one (drivers/net/wireless/virtual/virt_wifi.c). `link` is the one below.
 */
import { attributes } from '../../wire/attributes.js'
import { linkKind } from './kind.js'

export const virtWifi = linkKind({
  name: 'virt_wifi',
  needed: false,
  fixed: 'a virtual wireless link has no options of its own',
  madeOn: 'link',
  data: attributes({}),
})
