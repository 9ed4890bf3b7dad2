/**
 * What is tested as bytes alone, since neither kernel that the suite runs on has it or since it is not tried there: one
 * place for it, which a test compares with the README and with the configuration of the kernel that it runs on. Kinds of
 * links are in kind-kernels.ts.
 */
export interface BytesOnly {
  /** As the README says it. */
  feature: string
  /** Options of the kernel's configuration of which none is set on either kernel. */
  config: readonly string[]
}

export const BYTES_ONLY: readonly BytesOnly[] = [
  { feature: 'the Media Redundancy Protocol (MRP) of bridges', config: ['BRIDGE_MRP'] },
  { feature: 'Connectivity Fault Management (CFM) of bridges', config: ['BRIDGE_CFM'] },
  {
    feature: 'the encapsulations rpl, ioam6 and xfrm',
    config: ['IPV6_RPL_LWTUNNEL', 'IPV6_IOAM6_LWTUNNEL', 'XFRM_INTERFACE'],
  },
  { feature: 'the encapsulations seg6 and seg6local, which 6.18 has and the suite leaves alone', config: [] },
  { feature: 'BPF programs, of encapsulations and XDP: none is loaded', config: [] },
  { feature: 'virtual functions, port profiles, and the modes of NICs that switch', config: ['PCI_IOV'] },
  { feature: 'statistics that hardware keeps', config: ['NET_SWITCHDEV'] },
  { feature: 'MCTP', config: ['MCTP'] },
  { feature: 'attributes that are later than Linux 6.18', config: [] },
]
