import { parseFieldSelector } from '../../../api/fieldSelector.ts';
import type { AuthorizationAttributes, AuthorizationDecision } from '../contract.ts';

export const ALLOW: AuthorizationDecision = { allowed: true, reason: '' };

export function deny(reason: string): AuthorizationDecision {
  return { allowed: false, reason };
}

export function unrelated(node: string): AuthorizationDecision {
  return deny(`no relationship found between node '${node}' and this object`);
}

/** Whether a list or watch is limited to what has the node's name in a field. */
export function selectsNode(
  { fieldSelector = '' }: AuthorizationAttributes,
  field: string,
  node: string,
): boolean {
  try {
    return parseFieldSelector(fieldSelector).requires(field) === node;
  } catch {
    // A selector that cannot be read selects nothing here; the list itself will refuse it with its reason.
    return false;
  }
}
