/** CAN controllers (IFLA_CAN_*, linux/can/netlink.h; ip-link(8), "CAN"; Documentation/networking/can.rst). */
import { attribute, attributes, nested, readOnly, writeOnly } from '../../wire/attributes.js'
import { bits, type Codec, oneOf, readText, u16, u32 } from '../../wire/codec.js'
import { struct } from '../../wire/struct.js'
import { switches } from '../../wire/switches.js'
import { linkKind } from './kind.js'

/** When bits are sampled. `bitrate` alone is enough: the kernel works the rest out. */
export interface CanBitTiming {
  /** Bits in a second. */
  bitrate?: number | undefined
  /** Where in the bit, in tenths of a percent. */
  samplePoint?: number | undefined
  /** The time quantum, in nanoseconds. */
  tq?: number | undefined
  /** The propagation segment, in quanta, as the four below. */
  propSeg?: number | undefined
  phaseSeg1?: number | undefined
  phaseSeg2?: number | undefined
  /** The synchronisation jump width. */
  sjw?: number | undefined
  /** The prescaler of the clock. */
  brp?: number | undefined
}

const wholeBitTiming = struct('can_bittiming', {
  bitrate: 'u32',
  samplePoint: 'u32',
  tq: 'u32',
  propSeg: 'u32',
  phaseSeg1: 'u32',
  phaseSeg2: 'u32',
  sjw: 'u32',
  brp: 'u32',
})
const UNSET = { bitrate: 0, samplePoint: 0, tq: 0, propSeg: 0, phaseSeg1: 0, phaseSeg2: 0, sjw: 0, brp: 0 } as const
const bitTiming: Codec<CanBitTiming> = {
  ...wholeBitTiming,
  write(w, value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw w.invalid(this.expects, value)
    const given = Object.fromEntries(Object.entries(value).filter(([, number]) => number !== undefined))
    wholeBitTiming.write(w, { ...UNSET, ...given })
  },
}

/** What a controller can be told (struct can_bittiming_const), in quanta. */
export interface CanBitTimingLimits {
  /** The controller. */
  name: string
  tseg1Min?: number
  tseg1Max?: number
  tseg2Min?: number
  tseg2Max?: number
  sjwMax?: number
  brpMin?: number
  brpMax?: number
  brpInc?: number
}

const limits = struct('can_bittiming_const', {
  tseg1Min: 'u32',
  tseg1Max: 'u32',
  tseg2Min: 'u32',
  tseg2Max: 'u32',
  sjwMax: 'u32',
  brpMin: 'u32',
  brpMax: 'u32',
  brpInc: 'u32',
})
const bitTimingLimits: Codec<never, CanBitTimingLimits> = {
  wire: 'struct can_bittiming_const',
  expects: 'nothing: it can only be read',
  write(w, value) {
    throw w.invalid(this.expects, value)
  },
  read: (r, start, end) =>
    end - start < 16 ? undefined : { name: readText(r, start, start + 16), ...limits.read(r, start + 16, end) },
}

/** Numbers of `size` bytes, one after another. */
const numbers = (size: 2 | 4): Codec<never, number[]> => ({
  wire: `array of u${8 * size}`,
  expects: 'nothing: it can only be read',
  write(w, value) {
    throw w.invalid(this.expects, value)
  },
  read(r, start, end) {
    const out: number[] = []
    for (let at = start; at + size <= end; at += size) out.push(size === 2 ? r.getU16(at) : r.getU32(at))
    return out
  },
})

/** CAN_CTRLMODE_*. */
const controlMode = {
  loopback: 0x1,
  listenonly: 0x2,
  /** Each bit is sampled three times. */
  '3Samples': 0x4,
  /** What could not be sent is not sent again. */
  oneShot: 0x8,
  /** Bus errors are told, in frames. */
  berrReporting: 0x10,
  /** CAN FD. */
  fd: 0x20,
  /** A missing acknowledgement is no error. */
  presumeAck: 0x40,
  /** CAN FD as it was before ISO 11898-1:2015. */
  fdNonIso: 0x80,
  /** The raw length of classic frames is kept. */
  ccLen8Dlc: 0x100,
  /** The delay of the transceiver is measured. */
  tdcAuto: 0x200,
  /** The delay of the transceiver is given. */
  tdcManual: 0x400,
  /** Frames are acknowledged, and none is sent (later than 6.18, as those below). */
  restricted: 0x800,
  /** CAN XL. */
  xl: 0x1000,
  /** With CAN XL, the delay of the transceiver is measured. */
  xlTdcAuto: 0x2000,
  /** With CAN XL, the delay of the transceiver is given. */
  xlTdcManual: 0x4000,
  /** The transceiver is switched between its modes. */
  xlTms: 0x8000,
} as const

/** Transmitter delay compensation (IFLA_CAN_TDC_*), in periods of the clock; what `Min` and `Max` say the device tells. */
const tdc = attributes({
  /** The least `tdcv`. */
  tdcvMin: readOnly(1, u32()),
  /** The largest `tdcv`. */
  tdcvMax: readOnly(2, u32()),
  /** The least `tdco`. */
  tdcoMin: readOnly(3, u32()),
  /** The largest `tdco`. */
  tdcoMax: readOnly(4, u32()),
  /** The least `tdcf`. */
  tdcfMin: readOnly(5, u32()),
  /** The largest `tdcf`. */
  tdcfMax: readOnly(6, u32()),
  /** How long a bit takes out through the transceiver and back. */
  tdcv: attribute(7, u32()),
  /** How far behind `tdcv` the bit that came back is compared. */
  tdco: attribute(8, u32()),
  /**
   * The least `tdcv` and `tdco` together at which the delay counts. Of effect with `tdcAuto`, where it is above `tdco`.
   */
  tdcf: attribute(9, u32()),
})

/** Pulse-width modulation of CAN XL (IFLA_CAN_PWM_*), in periods of the clock; what `Min` and `Max` say the device tells. */
const pwm = attributes({
  /** The least `pwms`. */
  pwmsMin: readOnly(1, u32()),
  /** The largest `pwms`. */
  pwmsMax: readOnly(2, u32()),
  /** The least `pwml`. */
  pwmlMin: readOnly(3, u32()),
  /** The largest `pwml`. */
  pwmlMax: readOnly(4, u32()),
  /** The least `pwmo`. */
  pwmoMin: readOnly(5, u32()),
  /** The largest `pwmo`. */
  pwmoMax: readOnly(6, u32()),
  /** How long the short phase of a symbol is. */
  pwms: attribute(7, u32()),
  /** How long the long phase of a symbol is. */
  pwml: attribute(8, u32()),
  /** How far symbols are moved. */
  pwmo: attribute(9, u32()),
})

const controlModeExt = attributes({
  /** The modes that the device has. */
  supported: readOnly(1, bits(u32(), controlMode)),
})

/** What the controller counted (struct can_device_stats). */
const statistics = struct('can_device_stats', {
  busError: 'u32',
  errorWarning: 'u32',
  errorPassive: 'u32',
  busOff: 'u32',
  arbitrationLost: 'u32',
  restarts: 'u32',
})

export const can = linkKind({
  name: 'can',
  needed: false,
  fixed: false,
  madeOn: false,
  xstats: statistics,
  madeElsewhere: 'the drivers of CAN controllers make theirs (vcan and vxcan are virtual ones)',
  data: attributes({
    /** When bits are sampled; of CAN FD, those of the arbitration. Changed while the link is down. */
    bittiming: attribute(1, bitTiming),
    /** Within what `bittiming` has to be. */
    bittimingConst: readOnly(2, bitTimingLimits),
    /** The clock of the controller, whose periods bits are made of: `freq` in Hz. */
    clock: readOnly(3, struct('can_clock', { freq: 'u32' })),
    /**
     * Whether the controller takes part, by its counts of errors: below 96, 128, 256, or above; or it is not started,
     * or asleep.
     */
    state: readOnly(
      4,
      oneOf(u32(), { errorActive: 0, errorWarning: 1, errorPassive: 2, busOff: 3, stopped: 4, sleeping: 5 }),
    ),
    /** Only those given are changed, while the link is down. */
    ctrlmode: attribute(5, switches('can_ctrlmode', controlMode, 'mask, bits')),
    /** Milliseconds after which a controller that went off the bus is started again; 0: never. */
    restartMs: attribute(6, u32()),
    /** Starts a controller that went off the bus: 1. */
    restart: writeOnly(7, u32()),
    /** The controller's counts of errors in sending and in receiving. */
    berrCounter: readOnly(8, struct('can_berr_counter', { txerr: 'u16', rxerr: 'u16' })),
    /** Of CAN FD: when the bits of the data are sampled. */
    dataBittiming: attribute(9, bitTiming),
    /** Within what `dataBittiming` has to be. */
    dataBittimingConst: readOnly(10, bitTimingLimits),
    /** Ohm, one of `terminationConst`; 0: none. */
    termination: attribute(11, u16()),
    /** What `termination` can be, in ohm. */
    terminationConst: readOnly(12, numbers(2)),
    /** The bit rates that there are, where they are a few. */
    bitrateConst: readOnly(13, numbers(4)),
    /** The bit rates of the data that there are, where they are a few. */
    dataBitrateConst: readOnly(14, numbers(4)),
    /** Bits in a second that the transceiver does. */
    bitrateMax: readOnly(15, u32()),
    /** Compensation of the transceiver’s delay, with CAN FD. */
    tdc: attribute(16, nested(tdc)),
    /** Which modes of `ctrlmode` the device has. */
    ctrlmodeExt: readOnly(17, nested(controlModeExt)),
    /** Of CAN XL: when the bits of the data are sampled (later than 6.18, as what is below). */
    xlDataBittiming: attribute(18, bitTiming),
    /** Within what `xlDataBittiming` has to be. */
    xlDataBittimingConst: readOnly(19, bitTimingLimits),
    /** The bit rates of the data of CAN XL that there are, where they are a few. */
    xlDataBitrateConst: readOnly(20, numbers(4)),
    /** Compensation of the transceiver’s delay, with CAN XL. */
    xlTdc: attribute(21, nested(tdc)),
    /** Pulse-width modulation, with CAN XL. */
    xlPwm: attribute(22, nested(pwm)),
  }),
})
