import type { Container, EnvVar, LifecycleHandler, Probe } from '../types.ts';
import type { Incomplete } from '../fields/unchecked.ts';
import { dropZeros } from '../fields/zeros.ts';

/** core/v1 `SetDefaults_Container` and what hangs below it. */
export function setContainerDefaults(container: Incomplete<Container>): void {
  if (!container.imagePullPolicy) container.imagePullPolicy = pullPolicyOf(container.image ?? '');
  if (!container.terminationMessagePath) container.terminationMessagePath = '/dev/termination-log';
  if (!container.terminationMessagePolicy) container.terminationMessagePolicy = 'File';
  container.resources ??= {};
  dropZeros(container, ['workingDir', 'stdin', 'stdinOnce', 'tty']);
  for (const mount of container.volumeMounts ?? []) dropZeros(mount, ['readOnly', 'subPath', 'subPathExpr']);
  for (const port of container.ports ?? []) {
    if (!port.protocol) port.protocol = 'TCP';
    dropZeros(port, ['name', 'hostPort', 'hostIP']);
  }
  for (const variable of container.env ?? []) setEnvDefaults(variable);
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe !== undefined) setProbeDefaults(probe);
  }
  for (const handler of [container.lifecycle?.postStart, container.lifecycle?.preStop]) {
    if (handler !== undefined) setHandlerDefaults(handler);
  }
}

/** `Always` for the tag latest, said or implied; a digest implies no tag. */
export function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  if (image === '' || image.includes('@')) {
    const tagged = /:latest@/.test(image);
    return tagged ? 'Always' : 'IfNotPresent';
  }
  const lastPart = image.slice(image.lastIndexOf('/') + 1);
  const colon = lastPart.indexOf(':');
  return colon < 0 || lastPart.slice(colon + 1) === 'latest' ? 'Always' : 'IfNotPresent';
}

function setEnvDefaults(variable: Incomplete<EnvVar>): void {
  dropZeros(variable, ['value']);
  const source = variable.valueFrom;
  if (source?.fieldRef !== undefined && !source.fieldRef.apiVersion) source.fieldRef.apiVersion = 'v1';
  if (source?.fileKeyRef !== undefined) source.fileKeyRef.optional ??= false;
}

function setProbeDefaults(probe: Incomplete<Probe>): void {
  dropZeros(probe, ['initialDelaySeconds']);
  if (!probe.timeoutSeconds) probe.timeoutSeconds = 1;
  if (!probe.periodSeconds) probe.periodSeconds = 10;
  if (!probe.successThreshold) probe.successThreshold = 1;
  if (!probe.failureThreshold) probe.failureThreshold = 3;
  if (probe.grpc !== undefined) probe.grpc.service ??= '';
  setHandlerDefaults(probe);
}

/** Probes and lifecycle hooks share the form of the HTTP action. */
function setHandlerDefaults(handler: Pick<Incomplete<LifecycleHandler>, 'httpGet'>): void {
  if (handler.httpGet === undefined) return;
  if (!handler.httpGet.path) handler.httpGet.path = '/';
  if (!handler.httpGet.scheme) handler.httpGet.scheme = 'HTTP';
}
