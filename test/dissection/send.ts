/**
 * Sends the request of every case that is compared with iproute2, in the namespace that it is started in. It is started
 * without CAP_NET_ADMIN: the kernel refuses each, so that all find the links that they name.
 */
import { Rtnetlink } from '../../src/index.js'
import { CASES } from '../iproute2/families.js'

await using rt = await Rtnetlink.open()
let count = 0
for (const [, request] of Object.values(CASES).flat()) {
  await rt.socket.run(request()).catch(() => {})
  count++
}
console.log(count)
