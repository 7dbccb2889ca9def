import assert from 'node:assert/strict';
import { modelOf, type Type } from '../schema/builtIn/models.ts';
import type { Pod } from '../types.ts';
import { podReferences } from './references.ts';

const NAME = 'the-object';

/** Parts of a pod that speak of other things than of objects that the pod needs. */
const SKIPPED_MODELS = new Set(['V1ObjectMeta', 'V1LabelSelector', 'V1PersistentVolumeClaimSpec']);

/** What a text is called that may be the name of something in the API. */
const LIKE_A_NAME =
  /name|ref|claim|secret|config|account|endpoint|bundle|class|signer|driver|object|resource/i;

/** Texts that look like names of objects and are none that a node has to read. */
const NO_REFERENCE = [
  'CoreV1ResourceClaim.name: of a claim of this pod',
  'V1AzureDiskVolumeSource.diskName: in Azure',
  'V1AzureFileVolumeSource.shareName: in Azure',
  'V1CephFSVolumeSource.secretFile: on the node',
  'V1ClusterTrustBundleProjection.signerName: every node may read all bundles',
  'V1Container.name: its own',
  'V1ContainerPort.name: its own',
  'V1ContainerResizePolicy.resourceName: cpu or memory',
  'V1EnvFromSource.prefix: of names of variables',
  'V1EnvVar.name: its own',
  'V1EphemeralContainer.name: its own',
  'V1EphemeralContainer.targetContainerName: of this pod',
  'V1FileKeySelector.volumeName: of this pod',
  'V1FlexVolumeSource.driver: on the node',
  'V1FlockerVolumeSource.datasetName: in Flocker',
  'V1GCEPersistentDiskVolumeSource.pdName: in Google’s cloud',
  'V1HostAlias.hostnames: its own',
  'V1HTTPHeader.name: its own',
  'V1ISCSIVolumeSource.initiatorName: in iSCSI',
  'V1ImageVolumeSource.reference: an image',
  'V1PodAffinityTerm.namespaces: the scheduler reads them',
  'V1PodCertificateProjection.credentialBundlePath: in the volume',
  'V1PodCertificateProjection.signerName: a signer has no object',
  'V1PodDNSConfig.nameservers: addresses',
  'V1PodDNSConfigOption.name: its own',
  'V1PodOS.name: linux or windows',
  'V1PodResourceClaim.name: its own',
  'V1PodResourceClaim.resourceClaimTemplateName: a controller makes the claim from it',
  'V1PodSchedulingGate.name: its own',
  'V1PodSchedulingGroup.podGroupName: the scheduler reads it',
  'V1PodSpec.hostname: its own',
  'V1PodSpec.hostnameOverride: its own',
  'V1PodSpec.nodeName: where it is',
  'V1PodSpec.priorityClassName: admission reads it',
  'V1PodSpec.runtimeClassName: every node may read all classes',
  'V1PodSpec.schedulerName: its own',
  'V1ResourceFieldSelector.containerName: of this pod',
  'V1ResourceFieldSelector.resource: cpu, memory and the like',
  'V1ScaleIOVolumeSource.volumeName: in ScaleIO',
  'V1StorageOSVolumeSource.volumeName: in StorageOS',
  'V1StorageOSVolumeSource.volumeNamespace: in StorageOS',
  'V1Sysctl.name: its own',
  'V1Volume.name: its own',
  'V1VolumeDevice.name: of a volume of this pod',
  'V1VolumeMount.name: of a volume of this pod',
  'V1VsphereVirtualDiskVolumeSource.storagePolicyName: in vSphere',
  'V1WindowsSecurityContextOptions.gmsaCredentialSpec: a text',
  'V1WindowsSecurityContextOptions.gmsaCredentialSpecName: a webhook reads it',
  'V1WindowsSecurityContextOptions.runAsUserName: of the image',
];

/** Volumes and projections that need nothing of the API to be mounted, as they stand. */
const NEEDS_NOTHING = [
  'V1Volume.awsElasticBlockStore',
  'V1Volume.azureDisk',
  'V1Volume.cephfs',
  'V1Volume.cinder',
  'V1Volume.downwardAPI',
  'V1Volume.emptyDir',
  'V1Volume.fc',
  'V1Volume.flexVolume',
  'V1Volume.flocker',
  'V1Volume.gcePersistentDisk',
  'V1Volume.gitRepo',
  'V1Volume.hostPath',
  'V1Volume.image',
  'V1Volume.iscsi',
  'V1Volume.nfs',
  'V1Volume.photonPersistentDisk',
  'V1Volume.portworxVolume',
  'V1Volume.projected',
  'V1Volume.quobyte',
  'V1Volume.rbd',
  'V1Volume.scaleIO',
  'V1Volume.storageos',
  'V1Volume.vsphereVolume',
  'V1VolumeProjection.downwardAPI',
];

interface Leaf {
  /** `V1PodSpec.nodeName`. */
  readonly field: string;
  /** Names of properties; '*' for the element of a list. */
  readonly path: readonly string[];
}

/** Every text of a model by every way to it. */
function leaves(model: string, path: readonly string[] = []): Leaf[] {
  if (SKIPPED_MODELS.has(model)) return [];
  return [...modelOf(model).properties.values()].flatMap(({ name, type }) =>
    leavesOf(type, `${model}.${name}`, [...path, name]),
  );
}

function leavesOf(type: Type, field: string, path: readonly string[]): Leaf[] {
  switch (type.kind) {
    case 'list':
      return leavesOf(type.items, field, [...path, '*']);
    case 'struct':
      return leaves(type.name, path);
    case 'scalar':
      return type.scalar === 'string' ? [{ field, path }] : [];
    default:
      return [];
  }
}

function podWith(path: readonly string[], value: unknown): Pod {
  const spec = path.reduceRight<unknown>(
    (inner, name) => (name === '*' ? [inner] : { [name]: inner }),
    value,
  ) as object;
  return { metadata: { name: 'p', namespace: 'ns' }, spec: { containers: [], ...spec } } as unknown as Pod;
}

const refersToName = ({ path }: Leaf): boolean =>
  podReferences(podWith(path, NAME)).some(({ name }) => name === NAME);

describe('podReferences', () => {
  it('knows every text of a pod that could name an object, one way or the other', () => {
    const all = leaves('V1PodSpec');
    const known = new Set(NO_REFERENCE.map((line) => line.slice(0, line.indexOf(':'))));
    const forgotten = all.filter(
      (leaf) => LIKE_A_NAME.test(leaf.field.split('.')[1]!) && !known.has(leaf.field) && !refersToName(leaf),
    );
    assert.deepEqual(
      forgotten.map(({ field, path }) => `${field} at ${path.join('.')}`),
      [],
      'a field that is new: a reference of podReferences, or a line of NO_REFERENCE',
    );
    const fields = new Set(all.map(({ field }) => field));
    assert.deepEqual(
      [...known].filter((field) => !fields.has(field)),
      [],
    );
    assert.deepEqual(
      all.filter((leaf) => known.has(leaf.field) && refersToName(leaf)),
      [],
    );
  });

  it('knows every kind of volume and of projection', () => {
    const needs = (model: string, at: readonly string[]): string[] =>
      [...modelOf(model).properties.values()]
        .filter(({ type }) => type.kind === 'struct')
        .filter(({ name }) => podReferences(podWith([...at, name], {})).length === 0)
        .map(({ name }) => `${model}.${name}`);
    assert.deepEqual(
      [
        ...needs('V1Volume', ['volumes', '*']),
        ...needs('V1VolumeProjection', ['volumes', '*', 'projected', 'sources', '*']),
      ],
      NEEDS_NOTHING,
    );
  });

  it('names claims that are made for the pod', () => {
    const pod = {
      metadata: { name: 'p', namespace: 'ns' },
      spec: {
        containers: [],
        volumes: [{ name: 'scratch', ephemeral: {} }],
        resourceClaims: [
          { name: 'direct', resourceClaimName: 'gpu' },
          { name: 'made', resourceClaimTemplateName: 't' },
          { name: 'later', resourceClaimTemplateName: 't' },
        ],
      },
      status: {
        resourceClaimStatuses: [{ name: 'made', resourceClaimName: 'p-made-x' }],
        extendedResourceClaimStatus: { resourceClaimName: 'p-extended', requestMappings: [] },
      },
    } as unknown as Pod;
    assert.deepEqual(
      podReferences(pod).map(({ resource, name }) => `${resource} ${name}`),
      [
        'resourceclaims gpu',
        'resourceclaims p-made-x',
        'resourceclaims ',
        'resourceclaims p-extended',
        'persistentvolumeclaims p-scratch',
      ],
    );
  });
});
