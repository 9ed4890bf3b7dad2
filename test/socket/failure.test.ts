import { describe, expect, it } from 'vitest'

import type { NetlinkError } from '../../src/errors.js'
import { fdbAdd } from '../../src/route/fdb.js'
import { neighborAdd, neighborGet } from '../../src/route/neighbors.js'
import type { AnyRequest } from '../../src/socket/request.js'
import { Submission } from '../../src/socket/submission.js'

const NLMSG_ERROR = 2
const NLM_F_CAPPED = 0x100
const NLM_F_ACK_TLVS = 0x200
const ANSWERED_BY_ENGINE = 0x8000

type Tlv = [type: number, payload: Uint8Array]
const u32 = (value: number) => new Uint8Array(new Uint32Array([value]).buffer)
const text = (value: string) => Buffer.from(`${value}\0`)

function attributes(tlvs: Tlv[]): Uint8Array {
  return Buffer.concat(
    tlvs.map(([type, payload]) => {
      const padded = new Uint8Array(4 + ((payload.length + 3) & ~3))
      new Uint16Array(padded.buffer, 0, 2).set([4 + payload.length, type])
      padded.set(payload, 4)
      return padded
    }),
  )
}

/** An NLMSG_ERROR as a kernel would send it to the request with this index. */
function answer(index: number, errno: number, tlvs: Tlv[] = [], flags = NLM_F_CAPPED | NLM_F_ACK_TLVS): Uint8Array {
  const extended = attributes(tlvs)
  const message = new Uint8Array(36 + extended.length)
  const words = new Uint32Array(message.buffer, 0, 9)
  words[0] = message.length
  words[1] = NLMSG_ERROR | (flags << 16)
  words[2] = index
  words[4] = -errno
  words[5] = 16
  message.set(extended, 36)
  return message
}

function errorOf(request: AnyRequest, answers: Uint8Array): NetlinkError {
  const submission = new Submission()
  submission.add(request)
  const { errors } = submission.read(answers)
  return errors![0] as NetlinkError
}

const spec = { link: 3, lladdr: '02:00:00:00:00:01', dst: '10.0.0.1' }

describe('the error of a refused request', () => {
  it('carries the number, the code, the kernel’s own text and what was asked of which object', () => {
    const error = errorOf(fdbAdd({ ...spec, vni: 42 }), answer(0, 22, [[1, text('Invalid "vni" attribute')]]))
    expect(error).toMatchObject({
      name: 'NetlinkError',
      errno: 22,
      code: 'EINVAL',
      request: 'RTM_NEWNEIGH',
      reason: 'Invalid "vni" attribute',
    })
    expect(error.message).toBe(
      `can't add FDB entry 02:00:00:00:00:01 dst 10.0.0.1 on link #3: invalid argument (EINVAL): Invalid "vni" attribute (RTM_NEWNEIGH)`,
    )
  })

  it('names the attribute that the kernel’s offset points at, whether at its header or inside', () => {
    const request = fdbAdd({ ...spec, vni: 42 })
    // nlmsghdr 16, ndmsg 12, lladdr 4 + 8, dst 4 + 4: vni begins at 48.
    for (const offset of [48, 52]) expect(errorOf(request, answer(0, 22, [[2, u32(offset)]])).attribute).toBe('vni')
    expect(errorOf(request, answer(0, 22, [[2, u32(28)]])).attribute).toBe('lladdr')
  })

  it('says so where the offset points into the header, and nothing where it points beyond the message', () => {
    expect(errorOf(neighborAdd(spec), answer(0, 22, [[2, u32(20)]])).attribute).toBe('header')
    expect(errorOf(neighborAdd(spec), answer(0, 22, [[2, u32(5000)]])).attribute).toBeUndefined()
  })

  it('names the attribute that is missing', () => {
    const error = errorOf(neighborAdd(spec), answer(0, 22, [[5, u32(2)]]))
    expect(error.missing).toBe('lladdr')
    expect(error.message).toContain('[missing: lladdr]')
  })

  it('gives the policy: type, range, mask', () => {
    const u64 = (value: bigint) => new Uint8Array(new BigUint64Array([value]).buffer)
    const policy = attributes([
      [1, u32(4)],
      [4, u64(1n)],
      [5, u64(4094n)],
    ])
    const error = errorOf(
      fdbAdd({ ...spec, vlan: 1 }),
      answer(0, 34, [
        [2, u32(48)],
        [4, policy],
      ]),
    )
    expect(error.policy).toEqual({ type: 'u32', min: 1, max: 4094 })
    expect(error.message).toContain('[vlan: u32 1..4094]')
    const signed = attributes([
      [1, u32(8)],
      [2, new Uint8Array(new BigInt64Array([-5n]).buffer)],
    ])
    expect(errorOf(fdbAdd(spec), answer(0, 34, [[4, signed]])).policy).toEqual({ type: 's32', min: -5 })
  })

  it('says which privilege is missing and how to get it', () => {
    expect(errorOf(neighborAdd(spec), answer(0, 1)).message).toMatch(/EPERM.*CAP_NET_ADMIN.*unshare -rn/)
  })

  it('has a number where the kernel’s has no name', () => {
    expect(errorOf(neighborAdd(spec), answer(0, 524)).code).toBe('E524')
  })

  it('without an extended ack still stands', () => {
    expect(errorOf(neighborAdd(spec), answer(0, 17, [], NLM_F_CAPPED))).toMatchObject({
      code: 'EEXIST',
      reason: undefined,
    })
  })

  it('tells an answer that was lost from a refusal', () => {
    const error = errorOf(neighborAdd(spec), answer(0, 105, [], ANSWERED_BY_ENGINE))
    expect(error.message).toContain('whether it was done is unknown')
  })

  it('survives an extended ack that is cut off or overlong', () => {
    const whole = answer(0, 22, [[1, text('why')]])
    new Uint16Array(whole.buffer, 36, 1)[0] = 400
    expect(errorOf(neighborAdd(spec), whole)).toMatchObject({ code: 'EINVAL', reason: undefined })
  })

  it('is made too where an object was promised and none came', () => {
    const submission = new Submission()
    submission.add(neighborGet({ link: 3, dst: '10.0.0.1' }))
    expect(submission.read(undefined).errors![0]).toMatchObject({ code: 'ENOMSG' })
  })
})

describe('a submission', () => {
  it('gives each answer to the request it belongs to', () => {
    const submission = new Submission()
    for (let i = 0; i < 4; i++) submission.add(neighborAdd({ ...spec, dst: `10.0.0.${i}` }))
    const { errors } = submission.read(Buffer.concat([answer(2, 17), answer(0, 2)]))
    expect(errors?.map((error) => (error as NetlinkError | undefined)?.code)).toEqual(['ENOENT', undefined, 'EEXIST'])
  })

  it('ignores an answer to a request that it does not have', () => {
    const submission = new Submission()
    submission.add(neighborAdd(spec))
    expect(submission.read(answer(9, 17)).errors).toBeUndefined()
  })

  it('tells the engine which links are named, where, and what they have to wait for', () => {
    const submission = new Submission()
    submission.add(neighborAdd({ ...spec, link: 'eth0' }))
    const words = new Uint32Array(submission.patches!.buffer)
    expect([...words.subarray(0, 2)]).toEqual([20, 0])
    expect(Buffer.from(submission.patches!.subarray(8)).toString()).toBe('eth0'.padEnd(16, '\0'))
  })
})
