import assert from 'node:assert/strict';
import path from 'node:path';
import Docker from 'dockerode';
import {
  createContainerdRuntime,
  type ContainerdRuntime,
} from '../../src/agent/runtime/containerd/containerd.ts';
import type { SandboxConfig } from '../../src/agent/runtime/contract.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Machine, MachineProvider } from '../../src/cluster/machines/contract.ts';
import { createDockerMachines } from '../../src/cluster/machines/docker/dockerMachines.ts';
import { readBuildFiles, type BuildFiles } from '../../src/cluster/machines/docker/nodeImage.ts';
import { imageMaking } from '../../src/desktop/imageMaking.ts';

export const docker = new Docker();

/** What the node image of this checkout is made of. */
export function imageFiles(): Promise<BuildFiles> {
  return readBuildFiles(path.join(import.meta.dirname, '../../resources/node'));
}

/** Real container nodes, without a control plane. */
export function containerNodes(): MachineProvider {
  return createDockerMachines({ docker, ...imageMaking(), imageFiles });
}

/** A pod that needs no network. */
export const HOST_NETWORK_POD: SandboxConfig = {
  name: 'p',
  namespace: 'default',
  uid: 'u1',
  attempt: 0,
  hostname: '',
  logDirectory: '/var/log/pods/p',
  hostNetwork: true,
  hostPid: false,
  hostIpc: false,
  shareProcesses: false,
  cgroupParent: '/kubepods/u1',
  labels: {},
  annotations: {},
  sysctls: {},
  security: { privileged: false, supplementalGroups: [] },
};

/** The node's files, seen from here. */
export async function rootOf({ id }: Machine): Promise<string> {
  return `/proc/${(await docker.getContainer(id).inspect()).State.Pid}/root`;
}

/** The node's containerd, when it is there and has what pods need. */
export async function withRuntime(
  machine: Machine,
  use: (runtime: ContainerdRuntime) => Promise<void>,
): Promise<void> {
  const runtime = createContainerdRuntime({
    socketPath: `${await rootOf(machine)}/run/containerd/containerd.sock`,
    clock: systemClock,
  });
  try {
    await until(() => runtime.version());
    await until(async () => {
      assert.ok((await runtime.images.status('wheelhouse.local/pause:1')) !== undefined);
    });
    await use(runtime);
  } finally {
    runtime.close();
  }
}

/** containerd does not tell when it is ready: asking is the only way. */
export async function until(attempt: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await systemClock.sleep(50);
    }
  }
}
