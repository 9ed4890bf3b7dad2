/** Policy rules (ip-rule(8), ip-mroute(8); RTM_NEWRULE, RTM_DELRULE, RTM_GETRULE). */
import {
  describeRule,
  readRule,
  RULE_HEADER_SIZE,
  type Rule,
  ruleAttributes,
  type RuleFilter,
  ruleFitter,
  type RuleSpec,
  writeRule,
  writeRuleFilter,
} from '../schema/rule.js'
import { RTM_DELRULE, RTM_GETRULE, RTM_NEWRULE } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { countDeleted } from './count-deleted.js'
import { Facet } from './facet.js'

export type {
  Range,
  Rule,
  RuleAction,
  RuleFamily,
  RuleFilter,
  RuleFlag,
  RuleSettableFlag,
  RuleSpec,
} from '../schema/rule.js'

const shared = { table: ruleAttributes, headerSize: RULE_HEADER_SIZE } as const
const operation = (message: string, verb: string): Operation<RuleSpec, void> => ({
  ...shared,
  message,
  describe: (spec) => `${verb} rule ${describeRule(spec)}`,
  answer: 'none',
})
const ADD = operation('RTM_NEWRULE', 'add')
const DELETE = operation('RTM_DELRULE', 'delete')
const LIST: Operation<RuleFilter, Rule[]> = {
  ...shared,
  message: 'RTM_GETRULE',
  describe: ({ family }) => (family === undefined ? 'list rules' : `list ${family} rules`),
  answer: 'dump',
  read: readRule,
}

/** Adds a rule; EEXIST where there is the same. */
export const ruleAdd = (spec: RuleSpec): Request<void> =>
  new Request(ADD, writeRule(writer, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, spec, false), spec)
/** Deletes the first rule that has all that is given; ENOENT where there is none. */
export const ruleDelete = (spec: RuleSpec): Request<void> =>
  new Request(DELETE, writeRule(writer, RTM_DELRULE, 0, spec, true), spec)

/** Lists rules in the order in which they are asked, family by family. */
export function ruleList(filter: RuleFilter = {}): Request<Rule[]> {
  const encoded = writeRuleFilter(writer, RTM_GETRULE, NLM_F_DUMP, filter)
  const fits = ruleFitter(writer, filter)
  const operation: typeof LIST = {
    ...LIST,
    read(r, message) {
      const rule = readRule(r, message)
      return rule !== undefined && fits(rule) ? rule : undefined
    },
  }
  return new Request(operation, encoded, filter)
}

/** Policy rules: which routing table a packet is looked up in. */
export class Rules extends Facet {
  /**
   * Adds a rule.
   *
   *     await rt.rules.add({ from: '10.1.0.0/16', table: 100, priority: 1000 })
   *     await rt.rules.add({ family: 'ipv6', fwmark: 0x10, fwmask: 0xf0, action: 'blackhole' })
   *     await rt.rules.add({ priority: 500, suppressPrefixLength: 0, table: 'main' })
   *
   * @throws {NetlinkError} EEXIST where there is the same; EINVAL where the kernel can't have it so, such as a `goto` to a
   * rule that comes before; EPERM for a `uidRange` in a namespace of another user namespace.
   */
  add(spec: RuleSpec): Promise<void> {
    return this.run(ruleAdd, spec)
  }

  /**
   * Deletes the first rule that has all that is given.
   * @throws {NetlinkError} ENOENT where there is none; EPERM where it is permanent.
   */
  delete(spec: RuleSpec): Promise<void> {
    return this.run(ruleDelete, spec)
  }

  /** The rules of IPv4 and IPv6 or of one family, in the order in which they are asked; all or those that fit. */
  list(filter?: RuleFilter): Promise<Rule[]> {
    return this.run(ruleList, filter)
  }

  /**
   * Deletes the rules that fit, but never those of priority 0, as ip-rule(8) has it: the first of IPv4 and IPv6, which
   * look into the table `local`. Resolves to how many. The rules with which a namespace begins are among them.
   */
  async flush(filter: RuleFilter = {}): Promise<number> {
    const found = (await this.list(filter)).filter(({ priority }) => priority !== 0)
    // What can't be given is what `list` tells of a rule beside what was given for it.
    const deletions = found.map(({ flags: _flags, unknownAttributes: _unknown, ...rule }) => ruleDelete(rule))
    return countDeleted(await this.socket.bulk(deletions))
  }
}
