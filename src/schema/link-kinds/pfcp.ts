/** PFCP, the control of mobile networks’ user plane, for offload to hardware (drivers/net/pfcp.c; 6.10). */
import { attributes } from '../../wire/attributes.js'
import { linkKind } from './kind.js'

export const pfcp = linkKind({
  name: 'pfcp',
  needed: false,
  fixed: 'a PFCP link has no options of its own',
  madeOn: false,
  data: attributes({}),
})
