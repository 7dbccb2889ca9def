import { systemClock } from '../../src/base/clock.ts';
import { pods } from '../../src/api/resources.ts';
import { localMachine } from '../../src/agent/node/machineInfo.ts';
import { agentPathsAt, type AgentPaths } from '../../src/agent/paths.ts';
import {
  type ContainerdRuntime,
  createContainerdRuntime,
} from '../../src/agent/runtime/containerd/containerd.ts';
import { type AgentWorld, type RunningAgent, startAgentWorld } from './agent.ts';
import { type AgentHttp, serveAgent } from './agentHttp.ts';
import { BUSYBOX_IMAGE, startContainerd, type TestContainerd } from './containerd.ts';

/** An API server in memory and a real containerd; agents are started and stopped on them. */
export interface ContainerdWorld {
  readonly world: AgentWorld;
  readonly containerd: TestContainerd;
  readonly runtime: ContainerdRuntime;
  readonly paths: AgentPaths;
  startAgent(): Promise<ContainerdAgent>;
  /** Deletes a pod and waits until it is gone. */
  remove(name: string, gracePeriodSeconds?: number): Promise<void>;
  /** Deletes the pods that a test has left. */
  removeAll(): Promise<void>;
  stop(): Promise<void>;
}

export interface ContainerdAgent {
  readonly http: AgentHttp;
  stop(): Promise<void>;
}

/** A container that only stays, and ends at once when it is told to. */
export const sleeper = {
  name: 'app',
  image: BUSYBOX_IMAGE,
  command: ['sh', '-c', 'trap "exit 0" TERM; sleep 3600 & wait'],
};

export function script(text: string, rest: Record<string, unknown> = {}): typeof sleeper {
  return { name: 'app', image: BUSYBOX_IMAGE, command: ['sh', '-c', text], ...rest };
}

export async function startContainerdWorld(options: {
  readonly name: string;
  readonly subnet: string;
}): Promise<ContainerdWorld> {
  const containerd = await startContainerd(options);
  const runtime = createContainerdRuntime({
    socketPath: containerd.socketPath,
    handler: containerd.handler,
    clock: systemClock,
  });
  const paths = agentPathsAt(containerd.directory);
  const world = await startAgentWorld();
  const remove = async (name: string, gracePeriodSeconds?: number): Promise<void> => {
    await world.client.delete(
      pods,
      { namespace: 'default', name },
      gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds },
    );
    await world.podGone(name);
  };
  return {
    world,
    containerd,
    runtime,
    paths,
    async startAgent() {
      const machine = localMachine({ storagePath: '/', server: () => 'https://127.0.0.1:6443' });
      const running: RunningAgent = await world.startAgent({ runtime, paths, clock: systemClock, machine });
      const http = await serveAgent(running.agent.handlers);
      return {
        http,
        async stop() {
          await http.close();
          await running.stop();
        },
      };
    },
    remove,
    async removeAll() {
      const { items } = await world.client.list(pods, { namespace: 'default' });
      // At once: a shell that has just begun does not hear that it is to end.
      for (const { metadata } of items) await remove(metadata.name, 1);
    },
    async stop() {
      await world.stop();
      runtime.close();
      await containerd.stop();
    },
  };
}
