/** ARPHRD_*: the link-layer protocol of a link (linux/if_arp.h). */
const numbers = {
  ether: 1,
  slip: 256,
  can: 280,
  mctp: 290,
  ax25: 3,
  infiniband: 32,
  ieee1394: 24,
  ppp: 512,
  rawip: 519,
  tunnel: 768,
  tunnel6: 769,
  loopback: 772,
  sit: 776,
  ipgre: 778,
  pimreg: 779,
  ieee80211: 801,
  ieee80211Prism: 802,
  ieee80211Radiotap: 803,
  ieee802154: 804,
  phonet: 820,
  ip6gre: 823,
  netlink: 824,
  lowpan: 825,
  vsockmon: 826,
  none: 0xfffe,
  void: 0xffff,
} as const
export type LinkLayerType = keyof typeof numbers

const names = new Map<number, LinkLayerType>()
for (const [name, number] of Object.entries(numbers)) names.set(number, name as LinkLayerType)

/** The name of a type, or its number where it has none here. */
export const linkLayerType = (number: number): LinkLayerType | number => names.get(number) ?? number
