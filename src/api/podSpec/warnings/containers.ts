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
  const at = (name: string, list: readonly unknown[] | undefined): ContainerAt[] =>
    (list ?? []).map((container, i) => ({
      container: container as Container,
      path: path.child(name).index(i),
    }));
  return [
    ...at('initContainers', spec.initContainers),
    ...at('containers', spec.containers),
    ...at('ephemeralContainers', spec.ephemeralContainers),
  ];
}

/** Parts of bytes in requests and limits, and variables that hide others. */
export function containerWarnings({ container, path }: ContainerAt): string[] {
  const { limits, requests } = container.resources ?? {};
  const resources = path.child('resources');
  return [
    ...fractionWarnings(limits, 'memory', resources.child('limits')),
    ...fractionWarnings(requests, 'memory', resources.child('requests')),
    ...fractionWarnings(limits, 'ephemeral-storage', resources.child('limits')),
    ...fractionWarnings(requests, 'ephemeral-storage', resources.child('requests')),
    ...envWarnings(container.env ?? [], path.child('env')),
  ];
}

const MILLI = 1_000_000n;

/** There is no part of a byte. */
export function fractionWarnings(
  amounts: Readonly<Record<string, string>> | undefined,
  name: string,
  path: FieldPath,
): string[] {
  const text = amounts?.[name];
  const quantity = text === undefined ? undefined : tryParseQuantity(text);
  if (text === undefined || quantity === undefined) return [];
  // Upstream looks at thousandths, rounded up.
  const milli = (quantity.nano + (quantity.nano > 0n ? MILLI - 1n : 0n)) / MILLI;
  if (milli % 1000n === 0n) return [];
  const shown = JSON.stringify(canonicalQuantity(text));
  return [`${path.key(name).toString()}: fractional byte value ${shown} is invalid, must be an integer`];
}

function envWarnings(env: NonNullable<Container['env']>, path: FieldPath): string[] {
  const names = new Set<string>();
  return env.flatMap(({ name, value = '', valueFrom }, i) => {
    const reference = `$(${name})`;
    // A value may be made from the one before.
    const extends_ = valueFrom === undefined && value !== reference && value.includes(reference);
    const hides = names.has(name) && !extends_;
    names.add(name);
    return hides
      ? [
          `${path.index(i).toString()}: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
        ]
      : [];
  });
}

/** Ports that several containers, or one of them twice, say they have. */
export function portWarnings(containers: readonly ContainerAt[]): string[] {
  const warnings: string[] = [];
  const seen = new Map<string, { readonly at: FieldPath; readonly port: Port }[]>();
  for (const { container, path } of containers) {
    container.ports?.forEach((port, i) => {
      const at = path.child('ports').index(i);
      if ((port.hostIP ?? '') !== '' && (port.hostPort ?? 0) === 0) {
        warnings.push(`${at.toString()}: hostIP set without hostPort: ${portText(port)}`);
      }
      const key = `${port.containerPort}/${port.protocol ?? 'TCP'}`;
      const others = seen.get(key) ?? [];
      for (const other of others) {
        const how = conflictOf(port, other.port);
        if (how !== undefined)
          warnings.push(`${at.toString()}: ${how} port definition with ${other.at.toString()}`);
      }
      seen.set(key, [...others, { at, port }]);
    });
  }
  return warnings;
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
