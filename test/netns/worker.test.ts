import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import {
  closing,
  describePrivileged,
  eventually,
  namespaceDescriptors,
  namespaceOf,
  namespacesOfThreads,
} from '../support/netns.js'

function start(task: string): Worker {
  return new Worker(new URL('./worker.mjs', import.meta.url), { workerData: task })
}

describePrivileged('a namespace in a worker thread', () => {
  it('is entered by that thread alone', async () => {
    const worker = start('all')
    const [answer] = await once(worker, 'message')
    await once(worker, 'exit')
    expect(answer).toMatchObject({ own: namespaceOf(), back: namespaceOf(), value: '1' })
    expect(answer.inside).toBe(`net:[${answer.inode}]`)
    expect(`net:[${answer.current}]`).toBe(namespaceOf())
  })

  it('does not move the main thread meanwhile', async () => {
    const worker = start('inside')
    await once(worker, 'message')
    const netns = closing(await Netns.create())
    expect(namespacesOfThreads().size).toBe(2)
    expect(namespaceOf()).toBe(namespaceOf({ pid: process.pid }))
    expect(netns.run(() => namespaceOf())).toBe(`net:[${netns.inode}]`)
    await worker.terminate()
    expect(namespacesOfThreads()).toEqual(new Set([namespaceOf()]))
  })

  it('leaves no descriptor when the thread is ended amid requests', async () => {
    const open = namespaceDescriptors().length
    for (let i = 0; i < 5; i++) {
      const worker = start('busy')
      await once(worker, 'message')
      await new Promise((resolve) => setTimeout(resolve, 20 * i))
      await worker.terminate()
    }
    await eventually(() => namespaceDescriptors().length === open)
    expect(namespacesOfThreads()).toEqual(new Set([namespaceOf()]))
  })
})
