import type { Logger } from '../../base/logger.ts';
import { isIPv4 } from '../../api/ip/address.ts';
import { parseRange } from '../../api/ip/range.ts';
import type { Node } from '../../api/types.ts';
import type { ProcessRunner } from '../../host/processes.ts';

/** Marks routes as ours, so that those of nodes that went while the agent was away are found (rtnetlink protocol). */
const PROTOCOL = '87';

/** Pod range of each other node to the address that leads there. */
export type Routes = ReadonlyMap<string, string>;

/** What this node needs to reach the pods of the others. */
export function routesTo(nodes: readonly Node[], ownName: string): Routes {
  const routes = new Map<string, string>();
  for (const node of nodes) {
    if (node.metadata.name === ownName) continue;
    const range = podRangeOf(node);
    const address = addressOf(node);
    if (range !== undefined && address !== undefined) routes.set(range, address);
  }
  return routes;
}

export function podRangeOf(node: Node): string | undefined {
  const ranges = node.spec.podCIDRs ?? [node.spec.podCIDR ?? ''];
  return ranges.find((range) => parseRange(range)?.family === 'IPv4');
}

/** True where a change of a node (a heartbeat, an image) does not matter to routes. */
export function sameRoutes(a: Node, b: Node): boolean {
  return podRangeOf(a) === podRangeOf(b) && addressOf(a) === addressOf(b);
}

function addressOf(node: Node): string | undefined {
  return node.status?.addresses?.find(({ type, address }) => type === 'InternalIP' && isIPv4(address))
    ?.address;
}

interface ListedRoute {
  readonly dst: string;
  readonly gateway?: string;
  readonly flags?: readonly string[];
}

/**
 * Brings the kernel's routes to what is wanted; touches none but its own. False where some could not be set. With a
 * device, gateways are behind it whatever the addresses say.
 */
export async function applyRoutes(
  run: ProcessRunner,
  logger: Logger,
  wanted: Routes,
  device?: string,
): Promise<boolean> {
  const behind = device === undefined ? [] : ['dev', device, 'onlink'];
  const { stdout } = await run.run('ip', ['-4', '-j', 'route', 'show', 'proto', PROTOCOL]);
  const listed = stdout.trim() === '' ? [] : (JSON.parse(stdout) as readonly ListedRoute[]);
  const live = new Map(
    listed
      .filter(({ flags = [] }) => !flags.includes('dead') && !flags.includes('linkdown'))
      .map(({ dst, gateway = '' }) => [dst.includes('/') ? dst : `${dst}/32`, gateway]),
  );
  let complete = true;
  const ip = async (...args: string[]): Promise<void> => {
    try {
      await run.run('ip', ['-4', 'route', ...args]);
    } catch (error) {
      complete = false;
      logger.warn('changing a route failed; it is tried again when the network changes', { error });
    }
  };
  for (const { dst } of listed) {
    const range = dst.includes('/') ? dst : `${dst}/32`;
    if (!wanted.has(range)) await ip('del', range, 'proto', PROTOCOL);
  }
  for (const [range, gateway] of wanted) {
    if (live.get(range) !== gateway) await ip('replace', range, 'via', gateway, ...behind, 'proto', PROTOCOL);
  }
  return complete;
}
