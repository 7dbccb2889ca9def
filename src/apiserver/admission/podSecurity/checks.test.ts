import assert from 'node:assert/strict';
import type { PodSpec } from '../../../api/types.ts';
import type { CheckedPod } from './check.ts';
import { CHECKS } from './checks/index.ts';
import { detailsOf, reasonsOf, violationsOf } from './evaluate.ts';

const container = (securityContext?: object, rest: object = {}): object => ({
  name: 'a',
  image: 'i',
  ...(securityContext === undefined ? {} : { securityContext }),
  ...rest,
});
const podOf = (spec: object, annotations?: Record<string, string>): CheckedPod => ({
  metadata: annotations === undefined ? {} : { annotations },
  spec: { containers: [container()], ...spec } as unknown as PodSpec,
});
/** A pod of one container with that security context. */
const own = (securityContext: object): CheckedPod => podOf({ containers: [container(securityContext)] });
/** Two containers with that security context, and the pod with it too. */
const all = (securityContext: object): CheckedPod =>
  podOf({
    securityContext,
    initContainers: [{ ...container(securityContext), name: 'init' }],
    containers: [container(securityContext)],
  });

/** Runs the check of this name on a pod at a version; undefined if the pod passes. */
const CASES: readonly (readonly [id: string, pod: CheckedPod, minor: number, said: string | undefined])[] = [
  [
    'allowPrivilegeEscalation',
    podOf({}),
    8,
    'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false)',
  ],
  ['allowPrivilegeEscalation', own({ allowPrivilegeEscalation: false }), 36, undefined],
  ['allowPrivilegeEscalation', podOf({ os: { name: 'windows' } }), 25, undefined],
  [
    'appArmorProfile',
    all({ appArmorProfile: { type: 'Unconfined' } }),
    0,
    'forbidden AppArmor profile (pod and containers "init", "a" must not set AppArmor profile type to "Unconfined")',
  ],
  [
    'appArmorProfile',
    podOf({}, { 'container.apparmor.security.beta.kubernetes.io/a': 'unconfined' }),
    36,
    'forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/a="unconfined"")',
  ],
  ['appArmorProfile', own({ appArmorProfile: { type: 'Localhost', localhostProfile: 'x' } }), 36, undefined],
  [
    'capabilities_baseline',
    own({ capabilities: { add: ['NET_RAW', 'CHOWN', 'BPF'] } }),
    0,
    'non-default capabilities (container "a" must not include "BPF", "NET_RAW" in securityContext.capabilities.add)',
  ],
  ['capabilities_baseline', own({ capabilities: { add: ['CHOWN', 'MKNOD'] } }), 36, undefined],
  [
    'capabilities_restricted',
    own({ capabilities: { add: ['CHOWN'] } }),
    22,
    'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]; container "a" must not include "CHOWN" in securityContext.capabilities.add)',
  ],
  [
    'capabilities_restricted',
    own({ capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] } }),
    36,
    undefined,
  ],
  [
    'hostNamespaces',
    podOf({ hostNetwork: true, hostPID: true, hostIPC: true }),
    0,
    'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)',
  ],
  ['hostNamespaces', podOf({ hostNetwork: false }), 36, undefined],
  [
    'hostPathVolumes',
    podOf({
      volumes: [
        { name: 'v', hostPath: { path: '/' } },
        { name: 'w', hostPath: { path: '/' } },
      ],
    }),
    0,
    'hostPath volumes (volumes "v", "w")',
  ],
  [
    'hostPorts',
    podOf({ containers: [container(undefined, { ports: [{ hostPort: 80 }, { hostPort: 443 }] })] }),
    0,
    'hostPort (container "a" uses hostPorts 443, 80)',
  ],
  [
    'hostPorts',
    podOf({ containers: [container(undefined, { ports: [{ containerPort: 80 }] })] }),
    36,
    undefined,
  ],
  [
    'hostProbesAndHostLifecycle',
    podOf({
      containers: [
        container(undefined, {
          livenessProbe: { httpGet: { host: '8.8.8.8', port: 80 } },
          lifecycle: { preStop: { tcpSocket: { host: '127.0.0.1', port: 1 } } },
        }),
      ],
    }),
    34,
    'probe or lifecycle host (container "a" uses probe or lifecycle hosts "127.0.0.1", "8.8.8.8")',
  ],
  [
    'privileged',
    own({ privileged: true }),
    0,
    'privileged (container "a" must not set securityContext.privileged=true)',
  ],
  [
    'procMount',
    own({ procMount: 'Unmasked' }),
    0,
    'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
  ],
  [
    'procMount',
    podOf({ hostUsers: false, containers: [container({ procMount: 'Unmasked' })] }),
    35,
    undefined,
  ],
  [
    'procMount_restricted',
    podOf({ hostUsers: false, containers: [container({ procMount: 'Unmasked' })] }),
    35,
    'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
  ],
  [
    'restrictedVolumes',
    podOf({
      volumes: [
        { name: 'v', hostPath: { path: '/' } },
        { name: 'w', nfs: {} },
        { name: 'x', image: {} },
      ],
    }),
    0,
    'restricted volume types (volumes "v", "w" use restricted volume types "hostPath", "nfs")',
  ],
  [
    'runAsNonRoot',
    podOf({}),
    0,
    'runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)',
  ],
  [
    'runAsNonRoot',
    podOf({ securityContext: { runAsNonRoot: true }, containers: [container({ runAsNonRoot: false })] }),
    36,
    'runAsNonRoot != true (container "a" must not set securityContext.runAsNonRoot=false)',
  ],
  ['runAsNonRoot', podOf({ securityContext: { runAsNonRoot: true } }), 36, undefined],
  ['runAsNonRoot', podOf({ hostUsers: false }), 35, undefined],
  [
    'runAsUser',
    all({ runAsUser: 0 }),
    23,
    'runAsUser=0 (pod and containers "init", "a" must not set runAsUser=0)',
  ],
  ['runAsUser', own({ runAsUser: 1 }), 36, undefined],
  [
    'seLinuxOptions',
    all({ seLinuxOptions: { type: 'spc_t', user: 'u', role: 'r' } }),
    0,
    'seLinuxOptions (pod and containers "init", "a" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set; role may not be set)',
  ],
  [
    'seLinuxOptions',
    own({ seLinuxOptions: { type: 'container_engine_t' } }),
    30,
    'seLinuxOptions (container "a" set forbidden securityContext.seLinuxOptions: type "container_engine_t")',
  ],
  ['seLinuxOptions', own({ seLinuxOptions: { type: 'container_engine_t', level: 's0' } }), 31, undefined],
  [
    'seccompProfile_baseline',
    podOf({}, { 'container.seccomp.security.alpha.kubernetes.io/a': 'unconfined' }),
    18,
    'seccompProfile (forbidden annotation container.seccomp.security.alpha.kubernetes.io/a="unconfined")',
  ],
  [
    'seccompProfile_baseline',
    all({ seccompProfile: { type: 'Unconfined' } }),
    19,
    'seccompProfile (pod and containers "init", "a" must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  ['seccompProfile_baseline', podOf({}), 36, undefined],
  [
    'seccompProfile_restricted',
    podOf({}),
    19,
    'seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ],
  [
    'seccompProfile_restricted',
    podOf({ securityContext: { seccompProfile: { type: 'Localhost' } } }),
    36,
    undefined,
  ],
  [
    'sysctls',
    podOf({ securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem' }, { name: 'kernel.msgmax' }] } }),
    31,
    'forbidden sysctls (net.ipv4.tcp_rmem, kernel.msgmax)',
  ],
  ['sysctls', podOf({ securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem' }] } }), 32, undefined],
  [
    'windowsHostProcess',
    all({ windowsOptions: { hostProcess: true } }),
    0,
    'hostProcess (pod and containers "init", "a" must not set securityContext.windowsOptions.hostProcess=true)',
  ],
];

describe('Pod Security Standards', () => {
  for (const [id, pod, minor, said] of CASES) {
    it(`${id} at v1.${minor} says ${said ?? 'nothing'}`, () => {
      const version = CHECKS.find((check) => check.id === id)?.versions.findLast(
        ({ since }) => since <= minor,
      );
      assert.ok(version !== undefined);
      const violation = version.check(pod);
      assert.equal(violation === undefined ? undefined : detailsOf([violation]), said);
    });
  }

  it('has a case for every rule', () => {
    const tried = new Set(CASES.map(([id]) => id));
    assert.deepEqual(
      CHECKS.map(({ id }) => id).filter((id) => !tried.has(id)),
      [],
    );
  });

  it('asks nothing of privileged pods, baseline of all, and restricted in place of what it overrides', () => {
    const worst = podOf({
      hostPID: true,
      volumes: [{ name: 'v', hostPath: { path: '/' } }],
      containers: [container({ privileged: true, capabilities: { add: ['SYS_ADMIN'] } })],
    });
    assert.deepEqual(violationsOf(worst, { level: 'privileged', version: 'latest' }), []);
    assert.equal(
      reasonsOf(violationsOf(worst, { level: 'baseline', version: 'latest' })),
      'non-default capabilities, host namespaces, hostPath volumes, privileged',
    );
    assert.equal(
      reasonsOf(violationsOf(worst, { level: 'restricted', version: 'latest' })),
      'host namespaces, privileged, allowPrivilegeEscalation != false, unrestricted capabilities, restricted volume types, runAsNonRoot != true, seccompProfile',
    );
    assert.equal(
      reasonsOf(violationsOf(worst, { level: 'restricted', version: 0 })),
      'non-default capabilities, host namespaces, privileged, restricted volume types, runAsNonRoot != true',
    );
  });

  it('takes the newest rules for a version that is still to come', () => {
    const probed = podOf({
      containers: [container(undefined, { startupProbe: { tcpSocket: { host: 'x' } } })],
    });
    const said = (version: number): string => reasonsOf(violationsOf(probed, { level: 'baseline', version }));
    assert.deepEqual(
      [said(33), said(34), said(99)],
      ['', 'probe or lifecycle host', 'probe or lifecycle host'],
    );
  });
});
