import os from 'node:os';
import path from 'node:path';
import { overallState } from '../cluster/clusterState.ts';
import type { Clusters } from '../cluster/clusters.ts';
import { vboxManage } from '../cluster/machines/vagrant/hypervisors/virtualbox.ts';
import { listNames, readText } from '../host/files.ts';
import type { ProcessRunner } from '../host/processes.ts';
import { redact } from './redact.ts';

export interface ReportOptions {
  readonly clusters: Clusters;
  readonly processes: ProcessRunner;
  readonly version: string;
  readonly signal: AbortSignal;
}

/** The number of last lines of each log. */
const LOG_LINES = 150;

/**
 * What others need to know to understand why something fails on this desktop: versions, networks, clusters, ends of
 * logs. Secrets are left out.
 */
export async function desktopReport(options: ReportOptions): Promise<string> {
  const { clusters, signal } = options;
  const vbox = vboxManage(process.platform, process.env);
  const says = async (command: string, ...args: string[]): Promise<string> =>
    options.processes.run(command, args, { signal }).then(
      ({ stdout }) => stdout.trim(),
      (error: unknown) =>
        `(${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)})`,
    );
  const problems = async (kind: 'docker' | 'vagrant'): Promise<string> =>
    (await clusters.preflight(kind, signal)).map(({ what }) => `- ${what}`).join('\n') || 'none';
  const sections: (readonly [title: string, text: string])[] = [
    [
      'Computer',
      [
        `Wheelhouse ${options.version}, Node ${process.versions.node}`,
        `${os.type()} ${os.release()} ${os.machine()}, ${os.version()}`,
        `${os.availableParallelism()} processors, ${Math.round(os.totalmem() / 2 ** 20)} MiB of memory, ${Math.round(os.freemem() / 2 ** 20)} free`,
        `proxies: ${['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].map((name) => `${name}=${process.env[name] ?? process.env[name.toLowerCase()] ?? ''}`).join(' ')}`,
      ].join('\n'),
    ],
    ['Networks', networks()],
    ['Vagrant', await says('vagrant', '--version')],
    ['VirtualBox', await says(vbox, '--version')],
    [
      'VirtualBox: networks',
      `${await says(vbox, 'list', 'hostonlyifs')}\n${await says(vbox, 'list', 'hostonlynets')}`,
    ],
    ['VirtualBox: machines', await says(vbox, 'list', 'vms', '--long')],
    [
      'Docker Engine',
      await says('docker', 'version', '--format', '{{.Server.Version}} {{.Server.Os}}/{{.Server.Arch}}'),
    ],
    ['In the way of containers', await problems('docker')],
    ['In the way of virtual machines', await problems('vagrant')],
  ];
  for (const name of await clusters.names()) sections.push(...(await clusterSections(clusters, name)));
  const text = sections.map(([title, body]) => `## ${title}\n\n${body}\n`).join('\n');
  return redact(text, os.homedir());
}

async function clusterSections(
  clusters: Clusters,
  name: string,
): Promise<readonly (readonly [title: string, text: string])[]> {
  const paths = clusters.paths(name);
  const states = await clusters.get(name).then(
    (cluster) => {
      const { profile, machines, owner } = cluster;
      const controlPlane = owner === undefined ? 'none' : `${owner.kind} ${owner.pid} since ${owner.since}`;
      return [
        `${overallState(cluster)}, control plane: ${controlPlane}`,
        `${profile.machines} machines, pods by ${profile.podNetwork ?? 'routes'}, nodes dial ${profile.nodeAddresses.join(', ')}`,
        ...machines.map((machine) => `${machine.name} ${machine.state} ${machine.address ?? ''}`),
      ].join('\n');
    },
    (error: unknown) => String(error),
  );
  const logs = path.join(paths.vagrant, 'logs');
  const files = [paths.log, ...(await listNames(logs)).map((file) => path.join(logs, file))];
  const ends = await Promise.all(
    files.map(
      async (file) =>
        [`Cluster ${name}: end of ${path.basename(file)}`, lastLines(await readText(file))] as const,
    ),
  );
  return [[`Cluster ${name}`, states], ...ends];
}

function networks(): string {
  return Object.entries(os.networkInterfaces())
    .map(([name, addresses = []]) => `${name}: ${addresses.map(({ cidr }) => cidr ?? '').join(' ')}`)
    .join('\n');
}

function lastLines(text = ''): string {
  return text.split('\n').slice(-LOG_LINES).join('\n').trim();
}
