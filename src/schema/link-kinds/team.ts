/**
 * Teams (linux/if_team.h). Rtnetlink makes them; what they do is set through the generic netlink family `team`, by
 * teamd(8).
 */
import { attributes } from '../../wire/attributes.js'
import { linkKind } from './kind.js'

export const team = linkKind({
  name: 'team',
  needed: false,
  fixed: 'a team has no options of its own',
  madeOn: false,
  data: attributes({}),
})
