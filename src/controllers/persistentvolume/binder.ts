import { keyOf, parseKey } from '../../api/meta.ts';
import {
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  storageClasses,
} from '../../api/resources.ts';
import { isNotFound } from '../../api/status.ts';
import { classOf, defaultClassOf, isDefaultClass } from '../../api/volumes/storageClass.ts';
import { VOLUME_DELETION_FINALIZER } from '../../api/volumes/binding.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../../api/types.ts';
import type { Controller, ControllerContext, ControllerFactory } from '../../client/controller.ts';
import type { Informer } from '../../client/informer.ts';
import { type ClaimPlan, planClaim } from './claimPlan.ts';
import { isBack, isOnNode, type LocalVolumes, nodeLocalProvisioner } from './nodeLocal.ts';
import { indexByClaim, podsWithClaim } from '../podsByClaim.ts';
import { Provisioning } from './provisioning.ts';
import type { VolumeProvisioner } from './provisioner.ts';
import { planVolume, provisionerOf } from './volumePlan.ts';
import { VolumeWriter } from './volumeWriter.ts';

const CLAIM = 'claim/';
const VOLUME = 'volume/';
/** Index of claims without a volume by their class; '' for claims without a class. */
const UNBOUND = 'unboundByClass';
/** Index of claims by the volume that they name. */
const BY_VOLUME = 'volume';
/** Index of volumes by the claim that they are reserved for. */
const BY_CLAIM = 'claim';
/** Index of volumes whose data must be removed. */
const LEFT_OVER = 'leftOver';

export interface BinderOptions {
  /** Undefined if nodes have no data: then nothing of the node-local provisioner must be removed. */
  readonly localVolumes?: LocalVolumes | undefined;
}

/**
 * Binds claims to volumes, provisions volumes for claims, and reclaims released volumes
 * (`pkg/controller/volume/persistentvolume`).
 */
export function persistentVolumeBinder({ localVolumes }: BinderOptions = {}): ControllerFactory {
  return (context) => {
    const provisioner = nodeLocalProvisioner(context.informers.for(nodes), localVolumes);
    const binder = new Binder(context, new Map([[provisioner.name, provisioner]]));
    return {
      name: 'persistentvolume-binder',
      workers: 10,
      reconcile: (key, signal) => binder.reconcile(key, signal),
    } satisfies Controller;
  };
}

class Binder {
  readonly #context: ControllerContext;
  readonly #provisioners: ReadonlyMap<string, VolumeProvisioner>;
  readonly #writer: VolumeWriter;
  readonly #provisioning: Provisioning;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #classes: Informer<StorageClass>;
  readonly #pods: Informer<Pod>;
  /** Volumes that are being bound. Other claims do not choose them meanwhile. */
  readonly #taken = new Set<string>();
  /** Volumes whose data are gone, by uid, until the cache shows that the volumes are gone too. */
  readonly #emptied = new Set<string>();

  constructor(context: ControllerContext, provisioners: ReadonlyMap<string, VolumeProvisioner>) {
    this.#context = context;
    this.#provisioners = provisioners;
    this.#claims = context.informers.for(persistentVolumeClaims);
    this.#volumes = context.informers.for(persistentVolumes);
    this.#classes = context.informers.for(storageClasses);
    this.#pods = context.informers.for(pods);
    this.#writer = new VolumeWriter(context.client);
    this.#provisioning = new Provisioning(context, this.#writer, context.informers.for(nodes), provisioners);
    indexByClaim(this.#pods);
    this.#follow();
  }

  async reconcile(key: string, signal: AbortSignal): Promise<undefined> {
    if (key.startsWith(CLAIM)) {
      const { namespace, name } = parseKey(key.slice(CLAIM.length));
      const claim = this.#claims.get(namespace, name);
      if (claim !== undefined) await this.#carryOut(claim, this.#planClaim(claim), signal);
    } else {
      const volume = this.#volumes.get(undefined, key.slice(VOLUME.length));
      if (volume !== undefined) await this.#reconcileVolume(volume, signal);
    }
    return undefined;
  }

  /** Subscribes to the events that wake claims and volumes. No timer wakes them. */
  #follow(): void {
    const { enqueue, informers } = this.#context;
    this.#claims.addIndex(UNBOUND, (claim) =>
      (claim.spec.volumeName ?? '') === '' ? [classOf(claim) ?? ''] : [],
    );
    this.#claims.addIndex(BY_VOLUME, ({ spec }) =>
      (spec.volumeName ?? '') === '' ? [] : [spec.volumeName ?? ''],
    );
    this.#volumes.addIndex(BY_CLAIM, ({ spec: { claimRef } }) =>
      claimRef === undefined ? [] : [`${claimRef.namespace ?? ''}/${claimRef.name ?? ''}`],
    );
    this.#volumes.addIndex(LEFT_OVER, ({ status }) =>
      status?.phase === 'Released' || status?.phase === 'Failed' ? [''] : [],
    );
    const wakeClaim = (claim: PersistentVolumeClaim): void => enqueue(CLAIM + keyOf(claim.metadata));
    const wakeVolume = ({ metadata }: PersistentVolume): void => enqueue(VOLUME + metadata.name);
    const wakeUnbound = (name: string): void => this.#claims.byIndex(UNBOUND, name).forEach(wakeClaim);

    const claimChanged = (claim: PersistentVolumeClaim): void => {
      wakeClaim(claim);
      this.#volumes.byIndex(BY_CLAIM, keyOf(claim.metadata)).forEach(wakeVolume);
    };
    this.#claims.addHandler({ onAdd: claimChanged, onUpdate: claimChanged, onDelete: claimChanged });

    const volumeChanged = (volume: PersistentVolume): void => {
      const { claimRef } = volume.spec;
      if (claimRef === undefined) wakeUnbound(classOf(volume) ?? '');
      else enqueue(`${CLAIM}${claimRef.namespace ?? ''}/${claimRef.name ?? ''}`);
      this.#claims.byIndex(BY_VOLUME, volume.metadata.name).forEach(wakeClaim);
      wakeVolume(volume);
    };
    this.#volumes.addHandler({
      onAdd: volumeChanged,
      onUpdate: volumeChanged,
      onDelete: (volume) => {
        this.#emptied.delete(volume.metadata.uid);
        volumeChanged(volume);
      },
    });

    const classChanged = (storageClass: StorageClass): void => {
      wakeUnbound(storageClass.metadata.name);
      if (isDefaultClass(storageClass)) wakeUnbound('');
    };
    this.#classes.addHandler({ onAdd: classChanged, onUpdate: classChanged, onDelete: classChanged });

    informers.for(nodes).addHandler({
      onUpdate: (node, old) => {
        if (!isBack(node, old)) return;
        this.#volumes
          .byIndex(LEFT_OVER, '')
          .filter((volume) => isOnNode(volume, node))
          .forEach(wakeVolume);
      },
      onDelete: (node) => {
        this.#volumes
          .byIndex(LEFT_OVER, '')
          .filter((volume) => isOnNode(volume, node))
          .forEach(wakeVolume);
      },
    });
  }

  #planClaim(claim: PersistentVolumeClaim): ClaimPlan {
    const { namespace } = claim.metadata;
    const wanted = classOf(claim);
    return planClaim({
      claim,
      named: this.#volumes.get(undefined, claim.spec.volumeName ?? ''),
      volumes: this.#volumes.list(),
      taken: this.#taken,
      storageClass: this.#classes.get(undefined, wanted ?? ''),
      defaultClass: wanted === undefined ? defaultClassOf(this.#classes.list()) : undefined,
      waitingPods: () =>
        podsWithClaim(this.#pods, namespace, claim.metadata.name)
          .filter(({ spec }) => (spec.nodeName ?? '') === '')
          .map(({ metadata }) => metadata.name),
    });
  }

  async #carryOut(claim: PersistentVolumeClaim, plan: ClaimPlan, signal: AbortSignal): Promise<void> {
    const { events } = this.#context;
    switch (plan.do) {
      case 'nothing':
        return;
      case 'bind': {
        const { name } = plan.volume.metadata;
        this.#taken.add(name);
        try {
          await this.#writer.bind(plan.volume, claim, signal);
        } finally {
          this.#taken.delete(name);
        }
        return;
      }
      case 'assignClass':
        return this.#writer.assignClass(claim, plan.name, signal);
      case 'provision': {
        const wanted = this.#classes.get(undefined, classOf(claim) ?? '');
        return this.#provisioning.provision(claim, wanted, signal);
      }
      case 'phase': {
        const isNew = claim.status?.phase !== plan.phase;
        if (plan.event !== undefined && (isNew || plan.phase === 'Pending')) {
          events.event(claim, plan.event.type, plan.event.reason, plan.event.message);
        }
        await this.#writer.setClaimPhase(claim, plan.phase, undefined, signal);
      }
    }
  }

  async #reconcileVolume(known: PersistentVolume, signal: AbortSignal): Promise<void> {
    const { claimRef } = known.spec;
    const claim = this.#claims.get(claimRef?.namespace, claimRef?.name ?? '');
    const plan = planVolume(known, claim);
    const volume = await this.#keepForData(known, signal);
    switch (plan.do) {
      case 'wakeClaim':
        if (claim !== undefined) this.#context.enqueue(CLAIM + keyOf(claim.metadata));
        return;
      case 'phase':
        await this.#writer.setVolumePhase(volume, plan.phase, '', signal);
        return;
      case 'unbind':
        return this.#writer.unbind(volume, signal);
      case 'reclaim':
        if (!(await this.#isStillClaimed(volume, signal))) await this.#reclaim(volume, signal);
    }
  }

  /**
   * Puts the finalizer on a volume that was provisioned here if its policy is Delete: the volume then stays until its
   * data are removed.
   */
  #keepForData(volume: PersistentVolume, signal: AbortSignal): Promise<PersistentVolume> {
    const { metadata, spec } = volume;
    const isOurs = this.#provisioners.has(provisionerOf(volume) ?? '');
    const wanted = isOurs && spec.persistentVolumeReclaimPolicy === 'Delete';
    const isLate = wanted && metadata.deletionTimestamp !== undefined;
    return isLate
      ? Promise.resolve(volume)
      : this.#writer.keep(volume, VOLUME_DELETION_FINALIZER, wanted, signal);
  }

  /** Asks the store for the claim. The cache may be behind, and data that were removed are lost. */
  async #isStillClaimed(volume: PersistentVolume, signal: AbortSignal): Promise<boolean> {
    const { claimRef } = volume.spec;
    if (claimRef?.namespace === undefined || claimRef.name === undefined) return false;
    const { namespace, name, uid } = claimRef;
    try {
      const claim = await this.#context.client.get(persistentVolumeClaims, { namespace, name }, { signal });
      const has = claim.spec.volumeName ?? '';
      return claim.metadata.uid === uid && (has === '' || has === volume.metadata.name);
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async #reclaim(known: PersistentVolume, signal: AbortSignal): Promise<void> {
    const { phase } = known.status ?? {};
    const volume =
      phase === 'Released' || phase === 'Failed'
        ? known
        : await this.#writer.setVolumePhase(known, 'Released', '', signal);
    switch (volume.spec.persistentVolumeReclaimPolicy) {
      case 'Retain':
        return;
      case 'Recycle':
        return this.#fail(volume, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!', signal);
      default:
        return this.#delete(volume, signal);
    }
  }

  async #delete(volume: PersistentVolume, signal: AbortSignal): Promise<void> {
    const { client } = this.#context;
    const by = provisionerOf(volume);
    const provisioner = this.#provisioners.get(by ?? '');
    if (provisioner === undefined) {
      // An external provisioner removes the volumes that it made.
      if (by !== undefined && !by.startsWith('kubernetes.io/')) return;
      const name = JSON.stringify(volume.metadata.name);
      const why = `error getting deleter volume plugin for volume ${name}: no deletable volume plugin matched`;
      return this.#fail(volume, 'VolumeFailedDelete', why, signal);
    }
    const { uid } = volume.metadata;
    try {
      const result = this.#emptied.has(uid) ? 'removed' : await provisioner.remove(volume, signal);
      if (result !== 'removed') {
        await this.#fail(volume, 'VolumeFailedDelete', result.later, signal);
        return;
      }
      this.#emptied.add(uid);
    } catch (error) {
      await this.#fail(volume, 'VolumeFailedDelete', messageOf(error), signal);
      throw error;
    }
    const freed = await this.#writer.keep(volume, VOLUME_DELETION_FINALIZER, false, signal);
    try {
      await client.delete(persistentVolumes, freed.metadata, { preconditions: { uid }, signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async #fail(volume: PersistentVolume, reason: string, message: string, signal: AbortSignal): Promise<void> {
    if (volume.status?.phase === 'Failed' && volume.status.message === message) return;
    this.#context.events.event(volume, 'Warning', reason, message);
    await this.#writer.setVolumePhase(volume, 'Failed', message, signal);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
