/**
 * Composition root of the node agent: a bundle of its own, which the bootstrap receives and becomes. Ends with
 * RENEW_EXIT_CODE where it wants to be started again (another agent is offered, or its certificate was renewed); pods
 * live on.
 */
import { setMaxListeners } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from './base/clock.ts';
import { Emitter } from './base/events.ts';
import { createLogger, type Logger } from './base/logger.ts';
import { systemRandom } from './base/random.ts';
import { createAgent } from './agent/createAgent.ts';
import { parseResolvConf, type HostResolver } from './agent/hooks/dnsConfig.ts';
import { ensureIdentity, renewInTime, type EnrolmentOptions } from './agent/link/enrolment.ts';
import { runLink, type LinkTarget } from './agent/link/link.ts';
import { createMachineClock } from './agent/link/machineClock.ts';
import { createNodeDns } from './agent/dns/index.ts';
import { CNI_CONFIG_FILE } from './agent/network/cni.ts';
import { createNodeNetwork, type NodeNetwork } from './agent/network/index.ts';
import { createHostFiles } from './agent/node/hostFiles.ts';
import { localMachine } from './agent/node/machineInfo.ts';
import type { NodeReadiness } from './agent/node/nodeStatus.ts';
import type { ReadinessSource } from './agent/node/readiness.ts';
import { agentPathsAt } from './agent/paths.ts';
import { createContainerdRuntime } from './agent/runtime/containerd/containerd.ts';
import { withHostFiles } from './agent/server/hostFilesHandler.ts';
import { services } from './api/resources.ts';
import { httpsClient } from './client/https.ts';
import { createInformerFactory } from './client/informerFactory.ts';
import { systemProcesses } from './host/processes.ts';
import { AGENT_DIGEST_ENV, nodeFiles, RENEW_EXIT_CODE, type BootstrapConfig } from './protocol/agentLink.ts';

const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';
/** Only the unified hierarchy has it at its root. */
const CGROUP_V2 = '/sys/fs/cgroup/cgroup.controllers';
const CONTAINERD_ROOT = '/var/lib/containerd';
const LEAVE_TIMEOUT_MS = 10_000;

const files = nodeFiles();
const clock = systemClock;
const random = systemRandom;

async function main(): Promise<void> {
  const config = await readConfig();
  const { nodeName } = config;
  let { server } = config;
  const logger = createLogger((line) => process.stdout.write(`${line}\n`));
  const abort = new AbortController();
  const { signal } = abort;
  // Every part of the agent listens to this one, for as long as the process lives.
  setMaxListeners(0, signal);
  const leave = (code: number): void => {
    process.exitCode = code;
    abort.abort();
    // A part that does not end keeps the node from nothing: its pods live on.
    clock.timeout(LEAVE_TIMEOUT_MS, () => process.exit());
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => leave(0));

  const clockSet = new Emitter<undefined>();
  const machineClock =
    config.node.ownClock === true
      ? createMachineClock({ clock, run: systemProcesses, logger, onSet: () => clockSet.fire(undefined) })
      : undefined;
  const enrolment: EnrolmentOptions = { config, file: files.identity, clock, random, logger, machineClock };
  const identity = await ensureIdentity(enrolment, signal);
  const { key, cert, cluster } = identity;
  const client = httpsClient({
    server: config.server,
    ca: config.ca,
    key,
    cert,
    userAgent: 'wheelhouse-agent',
  });
  const informers = createInformerFactory({
    client,
    clock,
    logger,
    random: () => random.number(),
    maxRetryMs: 3_000,
  });
  const runtime = createContainerdRuntime({
    socketPath: CONTAINERD_SOCKET,
    clock,
    cgroupVersion: existsSync(CGROUP_V2) ? 2 : 1,
  });
  const network = createNodeNetwork({ nodeName, informers, cluster, run: systemProcesses, clock, logger });
  const dns = createNodeDns({ informers, cluster, run: systemProcesses, clock, random, logger });
  const agent = createAgent({
    client,
    nodeName,
    runtime,
    machine: localMachine({ storagePath: CONTAINERD_ROOT, server: () => server }),
    settings: config.node,
    cluster,
    clock,
    random,
    logger,
    paths: agentPathsAt(),
    resolver: await hostResolver(cluster.dnsAddress),
    network: readinessOf(network, logger, signal),
    services: informers.for(services),
    onClockSet: clockSet.event,
  });

  const hostFiles = createHostFiles({ files, end: (pid) => process.kill(pid), logger });

  informers.start(signal);
  await Promise.all([
    agent.run(signal),
    network.run(signal),
    dns.run(signal),
    runLink(
      {
        target: async () => {
          const target = targetOf(await readConfig(), { key, cert });
          ({ server } = target);
          return target;
        },
        handlers: withHostFiles(agent.handlers, hostFiles, logger),
        clock,
        random,
        logger,
        agentDigest: process.env[AGENT_DIGEST_ENV],
        onRenew: () => leave(RENEW_EXIT_CODE),
        machineClock,
      },
      signal,
    ),
    // Everything holds the old certificate: the simplest way to the new one is to start again.
    renewInTime(enrolment, identity, signal).then(
      () => leave(RENEW_EXIT_CODE),
      (error: unknown) => {
        if (!signal.aborted) throw error;
      },
    ),
  ]);
  await informers.stopped();
  runtime.close();
  client.dispose();
}

/** Read again for each dial: the control plane may have moved. */
async function readConfig(): Promise<BootstrapConfig> {
  return JSON.parse(await readFile(files.config, 'utf8')) as BootstrapConfig;
}

function targetOf({ server, ca }: BootstrapConfig, identity: { key: string; cert: string }): LinkTarget {
  return { server, ca, ...identity };
}

/** Pods cannot reach a resolver on the node's own loopback (Docker's is one): they ask the node's DNS, which forwards. */
async function hostResolver(dnsAddress: string): Promise<HostResolver> {
  const own = parseResolvConf(await readFile('/etc/resolv.conf', 'utf8').catch(() => ''));
  const servers = own.servers.map((server) => (server.startsWith('127.') ? dnsAddress : server));
  return { ...own, servers: [...new Set(servers)] };
}

/** Pods may start once containerd has a network for them and the rules of what is known are in the kernel. */
function readinessOf(network: NodeNetwork, logger: Logger, signal: AbortSignal): ReadinessSource {
  const changed = new Emitter<undefined>();
  let ready = false;
  void cniConfigured(signal)
    .then(() => network.settled())
    .then(
      () => {
        ready = true;
        changed.fire(undefined);
      },
      (error: unknown) => {
        if (!signal.aborted) logger.error('the pod network is not watched', { error });
      },
    );
  return {
    get readiness(): NodeReadiness {
      return ready
        ? { ready, message: '' }
        : { ready, message: 'container runtime network not ready', waitsFor: 'node' };
    },
    onChange: (listener) => changed.event(listener),
  };
}

/** Resolves when the network's configuration file is there. */
async function cniConfigured(signal: AbortSignal): Promise<void> {
  const folder = path.dirname(CNI_CONFIG_FILE);
  await mkdir(folder, { recursive: true });
  await new Promise<void>((resolve, reject) => {
    const watcher = watch(folder, { signal });
    const look = (): void => {
      if (!existsSync(CNI_CONFIG_FILE)) return;
      watcher.close();
      resolve();
    };
    watcher.on('change', look);
    watcher.once('error', reject);
    watcher.once('close', resolve);
    look();
  });
}

main().then(
  // What still holds the process (a request under way) holds no pod.
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
