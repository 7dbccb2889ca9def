import assert from 'node:assert/strict';
import { attributesOf, podOf, readerOf, refusal } from '../../../../test/harness/admission.ts';
import { deployments, namespaces, pods } from '../../../api/resources.ts';
import { StatusError } from '../../../api/status.ts';
import { FakeClock } from '../../../base/clock.ts';
import type { AdmissionAttributes } from '../contract.ts';
import { podSecurity } from './podSecurity.ts';

const P = 'pod-security.kubernetes.io/';
const RESTRICTED =
  'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")';
const GOOD = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'c',
      image: 'i',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
};

/** The plugin's answer to a request in a namespace with these labels: the refusal, and the warnings. */
async function asked(
  labels: Record<string, string>,
  attributes: AdmissionAttributes,
  existing: readonly object[] = [],
): Promise<readonly [refused: string | undefined, ...warnings: string[]]> {
  const warnings: string[] = [];
  const reader = readerOf(
    [namespaces, { metadata: { name: 'ns', labels } }],
    ...existing.map((pod) => [pods, pod] as const),
  );
  const refused = await refusal(podSecurity(reader, new FakeClock()), {
    ...attributes,
    warn: (text) => void warnings.push(text),
  });
  return [refused, ...warnings];
}

const deploymentOf = (spec: object): object => ({ metadata: { name: 'd' }, spec: { template: { spec } } });
const BAD_SPEC = { containers: [{ name: 'c', image: 'i' }] };

describe('PodSecurity', () => {
  it('asks nothing where a namespace says nothing', async () => {
    const pod = podOf({ hostPID: true });
    assert.deepEqual(await asked({ team: 'a' }, attributesOf(pods, pod)), [undefined]);
  });

  it('refuses what violates the enforced level, with 403 and every reason, and says no more', async () => {
    assert.deepEqual(await asked({ [`${P}enforce`]: 'restricted' }, attributesOf(pods, podOf())), [
      `pods "p" is forbidden: violates PodSecurity "restricted:latest": ${RESTRICTED}`,
    ]);
    assert.deepEqual(await asked({ [`${P}enforce`]: 'restricted' }, attributesOf(pods, podOf(GOOD))), [
      undefined,
    ]);
  });

  it('holds to the version that is named', async () => {
    const labels = { [`${P}enforce`]: 'baseline', [`${P}enforce-version`]: 'v1.33' };
    const pod = podOf({ hostNetwork: true });
    assert.deepEqual(await asked(labels, attributesOf(pods, pod)), [
      'pods "p" is forbidden: violates PodSecurity "baseline:v1.33": host namespaces (hostNetwork=true)',
    ]);
  });

  it('only warns of what violates the level to warn of', async () => {
    assert.deepEqual(await asked({ [`${P}warn`]: 'restricted' }, attributesOf(pods, podOf())), [
      undefined,
      `would violate PodSecurity "restricted:latest": ${RESTRICTED}`,
    ]);
  });

  it('warns of templates, by the enforced level too, unless warnings have a level of their own', async () => {
    const request = attributesOf(deployments, deploymentOf(BAD_SPEC));
    const warning = `would violate PodSecurity "restricted:v1.36": ${RESTRICTED}`;
    const enforced = { [`${P}enforce`]: 'restricted', [`${P}enforce-version`]: 'v1.36' };
    assert.deepEqual(await asked(enforced, request), [undefined, warning]);
    assert.deepEqual(await asked({ ...enforced, [`${P}warn`]: 'privileged' }, request), [undefined]);
    assert.deepEqual(await asked(enforced, attributesOf(deployments, deploymentOf(GOOD))), [undefined]);
    assert.deepEqual(await asked(enforced, attributesOf(deployments, { metadata: { name: 'd' } })), [
      undefined,
    ]);
  });

  it('looks at a pod again where its image changes or a container comes, and only then', async () => {
    const labels = { [`${P}enforce`]: 'baseline' };
    const bad = { hostPID: true };
    const change = (after: object, subresource = ''): Promise<readonly (string | undefined)[]> =>
      asked(
        labels,
        attributesOf(pods, podOf({ ...bad, ...after }), {
          operation: 'UPDATE',
          old: podOf(bad) as never,
          subresource,
        }),
      );
    const forbidden =
      'pods "p" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)';
    assert.deepEqual(await change({}), [undefined]);
    assert.deepEqual(await change({ containers: [{ name: 'c', image: 'other' }] }), [forbidden]);
    assert.deepEqual(
      await change({ ephemeralContainers: [{ name: 'e', image: 'i' }] }, 'ephemeralcontainers'),
      [forbidden],
    );
    for (const subresource of ['status', 'eviction', 'binding', 'exec'])
      assert.deepEqual(await change({ containers: [] }, subresource), [undefined]);
  });

  describe('of a namespace’s labels', () => {
    const change = (
      labels: Record<string, string>,
      old: Record<string, string>,
      existing: readonly object[] = [],
    ): Promise<readonly (string | undefined)[]> =>
      asked(
        {},
        attributesOf(
          namespaces,
          { metadata: { name: 'ns', labels } },
          {
            operation: 'UPDATE',
            name: 'ns',
            old: { metadata: { name: 'ns', labels: old } } as never,
          },
        ),
        existing,
      );

    it('refuses values that mean nothing', async () => {
      const labels = { [`${P}enforce`]: 'strict', [`${P}audit-version`]: '1.2', [`${P}warn`]: 'baseline' };
      const plugin = podSecurity(readerOf(), new FakeClock());
      const errors = await plugin.validate?.(attributesOf(namespaces, { metadata: { name: 'ns', labels } }));
      assert.deepEqual(
        errors?.map(({ field, message }) => `${field}: ${message}`),
        [
          `metadata.labels[${P}enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted`,
          `metadata.labels[${P}audit-version]: Invalid value: "1.2": must be "latest" or "v1.x"`,
        ],
      );
    });

    it('lets stand what meant nothing before', async () => {
      const labels = { [`${P}enforce`]: 'strict' };
      assert.deepEqual(await change({ ...labels, team: 'a' }, labels), [undefined]);
    });

    it('holds pods to the strictest while the enforced level means nothing', async () => {
      const [refused] = await asked({ [`${P}enforce`]: 'strict' }, attributesOf(pods, podOf()));
      assert.match(refused ?? '', /violates PodSecurity "restricted:latest"/);
    });

    it('warns of pods that are there and violate what will be enforced', async () => {
      const owned = { ownerReferences: [{ uid: 'u', controller: true }] };
      const existing = [
        podOf({}, { name: 'z', ...owned }),
        podOf({}, { name: 'b', ...owned }),
        podOf({}, { name: 'a', ...owned }),
        podOf({ ...GOOD, hostPID: true }, { name: 'h' }),
        podOf(GOOD, { name: 'good' }),
      ];
      const reasons =
        'allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile';
      assert.deepEqual(await change({ [`${P}enforce`]: 'restricted' }, {}, existing), [
        undefined,
        'existing pods in namespace "ns" violate the new PodSecurity enforce level "restricted:latest"',
        `a (and 2 other pods): ${reasons}`,
        'h: host namespaces',
      ]);
      assert.deepEqual(
        await change({ [`${P}enforce`]: 'baseline' }, { [`${P}enforce`]: 'restricted' }, existing),
        [undefined],
        'relaxed',
      );
      assert.deepEqual(await change({ [`${P}warn`]: 'restricted' }, {}, existing), [undefined]);
    });
  });

  it('refuses with a Status that clients know', async () => {
    const reader = readerOf([
      namespaces,
      { metadata: { name: 'ns', labels: { [`${P}enforce`]: 'baseline' } } },
    ]);
    const plugin = podSecurity(reader, new FakeClock());
    await assert.rejects(
      async () => plugin.validate?.(attributesOf(pods, podOf({ hostIPC: true }))),
      (error) =>
        error instanceof StatusError && error.status.code === 403 && error.status.reason === 'Forbidden',
    );
  });
});
