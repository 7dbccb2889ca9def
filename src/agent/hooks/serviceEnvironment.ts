import type { Service } from '../../api/types.ts';

/** Variables of the services that a pod may know (kubelet `pkg/kubelet/envvars/envvars.go`). */
export function serviceEnvironment(services: readonly Service[]): Map<string, string> {
  const variables = new Map<string, string>();
  for (const service of services) {
    const ip = service.spec.clusterIP;
    const ports = service.spec.ports ?? [];
    if (ip === undefined || ip === '' || ip === 'None' || ports.length === 0) continue;
    const prefix = variableName(service.metadata.name);
    const address = ip.includes(':') ? `[${ip}]` : ip;
    variables.set(`${prefix}_SERVICE_HOST`, ip);
    variables.set(`${prefix}_SERVICE_PORT`, String(ports[0]?.port ?? ''));
    for (const { name, port } of ports) {
      if (name !== undefined && name !== '')
        variables.set(`${prefix}_SERVICE_PORT_${variableName(name)}`, String(port));
    }
    ports.forEach(({ port, protocol = 'TCP' }, index) => {
      const url = `${protocol.toLowerCase()}://${address}:${port}`;
      if (index === 0) variables.set(`${prefix}_PORT`, url);
      const own = `${prefix}_PORT_${port}_${protocol}`;
      variables.set(own, url);
      variables.set(`${own}_PROTO`, protocol.toLowerCase());
      variables.set(`${own}_PORT`, String(port));
      variables.set(`${own}_ADDR`, ip);
    });
  }
  return variables;
}

const variableName = (name: string): string => name.toUpperCase().replaceAll('-', '_');
