/** What test/netns/worker.test.ts runs in a thread of its own. */
import { readlinkSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

import { Netns } from '../../src/netns/netns.js'

const here = () => readlinkSync('/proc/thread-self/ns/net')

if (workerData === 'busy') {
  parentPort!.postMessage('busy')
  for (;;) {
    const netns = await Netns.create()
    await Promise.all(Array.from({ length: 4 }, () => netns.sysctl.get('net.ipv4.ip_forward')))
    netns.run(() => here())
    netns.close()
  }
} else if (workerData === 'inside') {
  const netns = Netns.createSync()
  netns.run(() => {
    parentPort!.postMessage('inside')
    for (;;);
  })
} else {
  const own = here()
  const netns = await Netns.create()
  const inside = netns.run(() => here())
  await netns.sysctl.set('net.ipv4.ip_forward', 1)
  parentPort!.postMessage({
    own,
    inside,
    inode: netns.inode,
    back: here(),
    current: Netns.current().inode,
    value: netns.sysctl.getSync('net.ipv4.ip_forward'),
  })
}
