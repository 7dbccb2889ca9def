import type { FieldPath } from '../../fields/fieldErrors.ts';
import { tryParseQuantity, canonicalQuantity } from '../../quantity.ts';
import type { PodSpec } from '../../types.ts';

type Container = PodSpec['containers'][number];
type Port = NonNullable<Container['ports']>[number];

/** A container of any sort with its path; ephemeral ones have no ports and no resources that count here. */
export interface ContainerAt {
  readonly container: Container;
  readonly path: FieldPath;
}

/** All containers of a pod in the order in which upstream visits them. */
export function containersOf(spec: PodSpec, path: FieldPath): ContainerAt[] {
  const all: ContainerAt[] = [];
  const add = (name: string, list: readonly unknown[] = []): void => {
    for (const [i, container] of list.entries()) {
      all.push({ container: container as Container, path: path.child(name).index(i) });
    }
  };
  add('initContainers', spec.initContainers);
  add('containers', spec.containers);
  add('ephemeralContainers', spec.ephemeralContainers);
  return all;
}

/** Parts of bytes in requests and limits, and variables that hide others. */
export function containerWarnings({ container, path }: ContainerAt, warnings: string[]): void {
  const { env, resources } = container;
  if (resources !== undefined) {
    const at = path.child('resources');
    for (const name of ['memory', 'ephemeral-storage']) {
      fractionWarnings(resources.limits, name, at, 'limits', warnings);
      fractionWarnings(resources.requests, name, at, 'requests', warnings);
    }
  }
  if (env !== undefined && env.length > 1) envWarnings(env, path, warnings);
}

const MILLI = 1_000_000n;

/** There is no part of a byte. `amounts` is the child `list` of `path`. */
export function fractionWarnings(
  amounts: Readonly<Record<string, string>> | undefined,
  name: string,
  path: FieldPath,
  list: string,
  warnings: string[],
): void {
  const text = amounts?.[name];
  const quantity = text === undefined ? undefined : tryParseQuantity(text);
  if (text === undefined || quantity === undefined) return;
  // Upstream looks at thousandths, rounded up.
  const milli = (quantity.nano + (quantity.nano > 0n ? MILLI - 1n : 0n)) / MILLI;
  if (milli % 1000n === 0n) return;
  const shown = JSON.stringify(canonicalQuantity(text));
  const at = path.child(list).key(name).toString();
  warnings.push(`${at}: fractional byte value ${shown} is invalid, must be an integer`);
}

function envWarnings(env: NonNullable<Container['env']>, path: FieldPath, warnings: string[]): void {
  const names = new Set<string>();
  for (const [i, { name, value = '', valueFrom }] of env.entries()) {
    if (names.has(name)) {
      const reference = `$(${name})`;
      // A value may be made from the one before.
      const extends_ = valueFrom === undefined && value !== reference && value.includes(reference);
      if (!extends_) {
        const at = path.child('env').index(i).toString();
        warnings.push(
          `${at}: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
        );
      }
    }
    names.add(name);
  }
}

/** Ports that several containers, or one of them twice, say they have. */
export function portWarnings(containers: readonly ContainerAt[], warnings: string[]): void {
  const seen = new Map<string, { readonly at: FieldPath; readonly port: Port }[]>();
  for (const { container, path } of containers) {
    for (const [i, port] of (container.ports ?? []).entries()) {
      const at = path.child('ports').index(i);
      if ((port.hostIP ?? '') !== '' && (port.hostPort ?? 0) === 0) {
        warnings.push(`${at.toString()}: hostIP set without hostPort: ${portText(port)}`);
      }
      const key = `${port.containerPort}/${port.protocol ?? 'TCP'}`;
      const others = seen.get(key);
      if (others === undefined) {
        seen.set(key, [{ at, port }]);
        continue;
      }
      for (const other of others) {
        const how = conflictOf(port, other.port);
        if (how !== undefined)
          warnings.push(`${at.toString()}: ${how} port definition with ${other.at.toString()}`);
      }
      others.push({ at, port });
    }
  }
}

function conflictOf(port: Port, other: Port): string | undefined {
  const [hostIP = '', otherIP = ''] = [port.hostIP, other.hostIP];
  const [hostPort = 0, otherPort = 0] = [port.hostPort, other.hostPort];
  if (hostIP === otherIP && hostPort === otherPort) return 'duplicate';
  if (hostPort === 0 || otherPort === 0) return 'overlapping';
  return hostPort === otherPort && (hostIP === '') !== (otherIP === '') ? 'dangerously ambiguous' : undefined;
}

/** As Go shows the struct. */
function portText({ name = '', hostPort = 0, containerPort, protocol = 'TCP', hostIP = '' }: Port): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
}
