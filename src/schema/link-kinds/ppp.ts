/** Point-to-point links (IFLA_PPP_*, linux/if_link.h; Documentation/networking/ppp_generic.rst). */
import { attributes, writeOnly } from '../../wire/attributes.js'
import { s32 } from '../../wire/codec.js'
import { linkKind, refuseData } from './kind.js'

export const ppp = linkKind({
  name: 'ppp',
  needed: true,
  fixed: 'a PPP link is changed through its descriptor of /dev/ppp',
  madeOn: false,
  data: attributes({
    /** A descriptor of /dev/ppp, to which the link then belongs: it goes when that is closed. */
    devFd: writeOnly(1, s32({ min: 0 })),
  }),
  check(w, { devFd }) {
    if (devFd === undefined) throw refuseData(w, 'devFd', 'a descriptor of /dev/ppp', devFd)
  },
})
