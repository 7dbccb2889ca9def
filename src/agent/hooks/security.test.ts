import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testContainer, testPod } from '../../../test/harness/agentPods.ts';
import type { Mutable } from '../../api/meta.ts';
import type { Container, PodSpec } from '../../api/types.ts';
import { agentPathsAt } from '../paths.ts';
import { criContainerConfig } from '../runtime/containerd/criConfig.ts';
import type { ContainerConfig, ContainerSecurity, ImageStatus, SandboxConfig } from '../runtime/contract.ts';
import { defaultProcMount } from './procMount.ts';
import { sandboxConfig } from './sandboxConfig.ts';
import { securityHook } from './security.ts';

type SecurityContext = NonNullable<Container['securityContext']>;

const OPTIONS = {
  logRoot: '/var/log/pods',
  cluster: {
    clusterName: 'test',
    clusterDomain: 'cluster.local',
    clusterCIDR: '10.244.0.0/16',
    serviceCIDR: '10.96.0.0/16',
    dnsAddress: '10.96.0.10',
  },
  resolver: { servers: [], searches: [], options: [] },
};

async function securityOf(
  securityContext: SecurityContext | undefined,
  spec: Partial<PodSpec> = {},
  image?: Partial<ImageStatus>,
): Promise<{ security: ContainerSecurity; sandbox: SandboxConfig; config: ContainerConfig }> {
  const container = testContainer('app', securityContext === undefined ? {} : { securityContext });
  const pod = testPod({ containers: [container], ...spec });
  const config = {
    mounts: [],
    env: [],
    resources: { oomScoreAdj: 0 },
  } as unknown as Mutable<ContainerConfig>;
  const sandbox = sandboxConfig(pod, 0, OPTIONS);
  await securityHook(agentPathsAt()).apply(
    { pod, container, attempt: 0, podIPs: [], sandbox, signal: new AbortController().signal },
    { config, image: image as ImageStatus | undefined },
  );
  return { security: config.security, sandbox, config };
}

describe('security context of a container', () => {
  it('hides and write-protects the kernel’s files, as the default and for uid 0 too', async () => {
    for (const context of [undefined, { procMount: 'Default' }, { runAsUser: 0 }]) {
      const { security } = await securityOf(context);
      for (const path of ['/proc/kcore', '/proc/keys', '/proc/timer_list', '/proc/scsi', '/sys/firmware'])
        assert.ok(security.maskedPaths.includes(path), path);
      assert.deepEqual(security.readonlyPaths, [
        '/proc/bus',
        '/proc/fs',
        '/proc/irq',
        '/proc/sys',
        '/proc/sysrq-trigger',
      ]);
    }
  });

  it('hides nothing with procMount Unmasked', async () => {
    const { security } = await securityOf({ procMount: 'Unmasked' });
    assert.deepEqual([security.maskedPaths, security.readonlyPaths], [[], []]);
  });

  it('takes the container’s word before the pod’s', async () => {
    const { security } = await securityOf(
      {
        runAsUser: 1,
        seccompProfile: { type: 'Unconfined' },
        seLinuxOptions: { level: 's0:c1,c2' },
      },
      {
        securityContext: {
          runAsUser: 2,
          runAsGroup: 3,
          fsGroup: 4,
          supplementalGroups: [5, 6],
          seccompProfile: { type: 'RuntimeDefault' },
          seLinuxOptions: { type: 'of-pod' },
        },
      },
    );
    assert.deepEqual(
      [security.runAsUser, security.runAsGroup, security.supplementalGroups, security.seccomp],
      [1, 3, [4, 5, 6], { type: 'unconfined' }],
    );
    assert.deepEqual(security.selinux, { user: '', role: '', type: '', level: 's0:c1,c2' });
  });

  it('has a seccomp profile from a file of the node, never silently none', async () => {
    const { security } = await securityOf(undefined, {
      securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'profiles/a.json' } },
    });
    assert.deepEqual(security.seccomp, {
      type: 'localhost',
      ref: '/var/lib/kubelet/seccomp/profiles/a.json',
    });
    await assert.rejects(
      securityOf({ seccompProfile: { type: 'Localhost' } }),
      /localhostProfile must be set if seccompProfile type is Localhost/,
    );
  });

  it('runs as the image’s user where nobody says another', async () => {
    const [byNumber, byName, neither] = await Promise.all([
      securityOf(undefined, {}, { uid: 7 }),
      securityOf(undefined, {}, { username: 'app' }),
      securityOf({ runAsUser: 8 }, {}, { username: 'app' }),
    ]);
    assert.equal(byNumber.security.runAsUser, 7);
    assert.equal(byName.security.runAsUserName, 'app');
    assert.deepEqual([neither.security.runAsUser, neither.security.runAsUserName], [8, undefined]);
  });

  it('reaches CRI whole', async () => {
    const { config, sandbox } = await securityOf(
      {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
        seccompProfile: { type: 'Localhost', localhostProfile: 'a.json' },
        seLinuxOptions: { user: 'u', role: 'r', type: 't', level: 'l' },
      },
      { hostPID: true, hostIPC: true },
    );
    const { linux } = criContainerConfig(config, sandbox) as { linux: { security: Record<string, unknown> } };
    const { maskedPaths, readonlyPaths, ...rest } = linux.security;
    assert.deepEqual(
      { ...rest, masked: (maskedPaths as string[]).length > 8, readonly: (readonlyPaths as string[]).length },
      {
        capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
        privileged: false,
        namespaces: { network: 0, pid: 2, ipc: 2 },
        runAsUser: undefined,
        runAsUsername: '',
        runAsGroup: undefined,
        supplementalGroups: [],
        readonlyRootfs: true,
        noNewPrivs: true,
        selinux: { user: 'u', role: 'r', type: 't', level: 'l' },
        seccomp: { type: 2, localhostRef: '/var/lib/kubelet/seccomp/a.json' },
        masked: true,
        readonly: 5,
      },
    );
  });
});

describe('defaultProcMount', () => {
  it('hides how warm the processors run, where the kernel tells it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cpus-'));
    try {
      for (const name of ['cpu0/thermal_throttle', 'cpu1', 'cpufreq/thermal_throttle'])
        await mkdir(join(folder, name), { recursive: true });
      const { maskedPaths } = await defaultProcMount(folder);
      assert.deepEqual(
        maskedPaths.filter((path) => path.includes('thermal_throttle')),
        ['/sys/devices/system/cpu/cpu0/thermal_throttle'],
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
