/** The kinds of links that are known by name. To add one: a file beside this, and its line in the list. */
import { amt } from './amt.js'
import { bareudp } from './bareudp.js'
import { batadv } from './batadv.js'
import { bond } from './bond.js'
import { bridge } from './bridge.js'
import { caif } from './caif.js'
import { can } from './can.js'
import { dsa } from './dsa.js'
import { dummy } from './dummy.js'
import { geneve } from './geneve.js'
import { erspan, gre, gretap, ip6erspan, ip6gre, ip6gretap } from './gre.js'
import { gtp } from './gtp.js'
import { hsr } from './hsr.js'
import { ifb } from './ifb.js'
import { ip6tnl, ipip, sit } from './ip-tunnel.js'
import { ipoib } from './ipoib.js'
import { ipvlan, ipvtap } from './ipvlan.js'
import { lowpan } from './lowpan.js'
import { macsec } from './macsec.js'
import { macvlan, macvtap } from './macvlan.js'
import { netkit } from './netkit.js'
import { nlmon } from './nlmon.js'
import { ovpn } from './ovpn.js'
import { pfcp } from './pfcp.js'
import { ppp } from './ppp.js'
import { rmnet } from './rmnet.js'
import { team } from './team.js'
import { tun } from './tun.js'
import { vcan } from './vcan.js'
import { veth } from './veth.js'
import { virtWifi } from './virt-wifi.js'
import { vlan } from './vlan.js'
import { vrf } from './vrf.js'
import { vsockmon } from './vsockmon.js'
import { vti, vti6 } from './vti.js'
import { vxcan } from './vxcan.js'
import { vxlan } from './vxlan.js'
import { wireguard } from './wireguard.js'
import { wwan } from './wwan.js'
import { xfrm } from './xfrm.js'

export const linkKinds = {
  bridge,
  veth,
  vxlan,
  amt,
  bareudp,
  batadv,
  bond,
  caif,
  can,
  dsa,
  dummy,
  erspan,
  geneve,
  gre,
  gretap,
  gtp,
  hsr,
  ifb,
  ip6erspan,
  ip6gre,
  ip6gretap,
  ip6tnl,
  ipip,
  ipoib,
  ipvlan,
  ipvtap,
  lowpan,
  macsec,
  macvlan,
  macvtap,
  netkit,
  nlmon,
  ovpn,
  pfcp,
  ppp,
  rmnet,
  sit,
  team,
  tun,
  vcan,
  virt_wifi: virtWifi,
  vlan,
  vrf,
  vsockmon,
  vti,
  vti6,
  vxcan,
  wireguard,
  wwan,
  xfrm,
} as const
