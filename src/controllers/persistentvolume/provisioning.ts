import { keyOf } from '../../api/meta.ts';
import { ownProperty } from '../../base/ownProperty.ts';
import { persistentVolumes } from '../../api/resources.ts';
import { isAlreadyExists } from '../../api/status.ts';
import { PROVISIONED_BY } from '../../api/nodeLocalVolumes.ts';
import {
  BETA_STORAGE_PROVISIONER,
  BOUND_BY_CONTROLLER,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
  VOLUME_DELETION_FINALIZER,
} from '../../api/volumes/binding.ts';
import { sizeOf } from '../../api/volumes/matching.ts';
import { classOf } from '../../api/volumes/storageClass.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import type { Lister } from '../../client/informer.ts';
import type { ControllerContext } from '../../client/controller.ts';
import type { ProvisionedSource, VolumeProvisioner } from './provisioner.ts';
import type { VolumeWriter } from './volumeWriter.ts';

const FAILED = 'ProvisioningFailed';

/** Provisions volumes for claims that found none (`pv_controller.go` provisionClaim). */
export class Provisioning {
  readonly #context: ControllerContext;
  readonly #writer: VolumeWriter;
  readonly #nodes: Lister<Node>;
  readonly #provisioners: ReadonlyMap<string, VolumeProvisioner>;

  constructor(
    context: ControllerContext,
    writer: VolumeWriter,
    nodes: Lister<Node>,
    provisioners: ReadonlyMap<string, VolumeProvisioner>,
  ) {
    this.#context = context;
    this.#writer = writer;
    this.#nodes = nodes;
    this.#provisioners = provisioners;
  }

  async provision(
    claim: PersistentVolumeClaim,
    storageClass: StorageClass | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { events } = this.#context;
    if (storageClass === undefined) {
      events.event(
        claim,
        'Warning',
        FAILED,
        `storageclass.storage.k8s.io "${classOf(claim) ?? ''}" not found`,
      );
      return;
    }
    const { provisioner: by } = storageClass;
    const provisioner = this.#provisioners.get(by);
    if (provisioner === undefined && by.startsWith('kubernetes.io/')) {
      events.event(claim, 'Warning', FAILED, `no volume plugin matched name: ${by}`);
      return;
    }
    const marks = { [STORAGE_PROVISIONER]: by, [BETA_STORAGE_PROVISIONER]: by };
    const marked = await this.#writer.annotate(claim, marks, signal);
    if (provisioner === undefined) {
      const message =
        `Waiting for a volume to be created either by the external provisioner '${by}' or manually by the ` +
        'system administrator. If volume creation is delayed, please verify that the provisioner is running and ' +
        'correctly registered.';
      events.event(marked, 'Normal', 'ExternalProvisioning', message);
      return;
    }
    await this.#make(marked, storageClass, provisioner, signal);
  }

  async #make(
    claim: PersistentVolumeClaim,
    storageClass: StorageClass,
    provisioner: VolumeProvisioner,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, events } = this.#context;
    const name = `pvc-${claim.metadata.uid}`;
    const selected = ownProperty(claim.metadata.annotations, SELECTED_NODE);
    const node = selected === undefined ? undefined : this.#nodes.get(undefined, selected);
    // The scheduler must choose another node if this one is gone or cannot have a volume for the claim.
    const giveBack = (): Promise<unknown> =>
      this.#writer.annotate(claim, { [SELECTED_NODE]: undefined }, signal);
    if (selected !== undefined && node === undefined) {
      await giveBack();
      return;
    }
    const which = keyOf(claim.metadata);
    const begun = `External provisioner is provisioning volume for claim "${which}"`;
    events.event(claim, 'Normal', 'Provisioning', begun);
    let source: ProvisionedSource;
    try {
      source = provisioner.provision({ name, claim, storageClass, node });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `Failed to provision volume with StorageClass "${storageClass.metadata.name}": ${why}`;
      events.event(claim, 'Warning', FAILED, message);
      await giveBack();
      return;
    }
    try {
      await client.create(persistentVolumes, volumeOf(name, claim, storageClass, source), { signal });
    } catch (error) {
      if (isAlreadyExists(error)) return;
      throw error;
    }
    const message = `Successfully provisioned volume ${name} using ${provisioner.name}`;
    events.event(claim, 'Normal', 'ProvisioningSucceeded', message);
  }
}

/** The new volume. It is bound to the claim already; only the claim still has to be bound to it. */
function volumeOf(
  name: string,
  claim: PersistentVolumeClaim,
  { metadata, provisioner, reclaimPolicy = 'Delete' }: StorageClass,
  source: ProvisionedSource,
): NewObject<PersistentVolume> {
  const { namespace, name: claimName, uid, resourceVersion } = claim.metadata;
  return {
    metadata: {
      name,
      annotations: { [PROVISIONED_BY]: provisioner, [BOUND_BY_CONTROLLER]: 'yes' },
      ...(reclaimPolicy === 'Delete' ? { finalizers: [VOLUME_DELETION_FINALIZER] } : {}),
    },
    spec: {
      ...source,
      accessModes: [...(claim.spec.accessModes ?? [])],
      capacity: { storage: sizeOf(claim.spec.resources?.requests) },
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace,
        name: claimName,
        uid,
        resourceVersion,
      },
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: metadata.name,
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
    },
  };
}
