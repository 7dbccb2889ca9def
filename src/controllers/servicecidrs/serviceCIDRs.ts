import { contains, includes, parseRange } from '../../api/ip/range.ts';
import { parseAddress } from '../../api/ip/address.ts';
import { draftOf } from '../../api/meta.ts';
import { ipAddresses, serviceCIDRs } from '../../api/resources.ts';
import { isConflict, isNotFound } from '../../api/status.ts';
import { msOf, timeOf } from '../../api/time.ts';
import type { IPAddress, ServiceCIDR } from '../../api/types.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';

const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
/** As long servers may still give out an address of a range that is being deleted. */
const GRACE_MS = 10_000;
const READY = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' };
const IN_USE = {
  status: 'False',
  reason: 'Terminating',
  message:
    'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
};

/** Says that ranges are ready, and keeps those that are in use (`pkg/controller/servicecidrs`). */
export function serviceCIDRController({ client, informers, clock, enqueue }: ControllerContext): Controller {
  const ranges = informers.for(serviceCIDRs);
  const addresses = informers.for(ipAddresses);
  const wake = ({ metadata }: ServiceCIDR): void => enqueue(metadata.name);
  const wakeWaiting = (): void => {
    for (const range of ranges.list()) if (range.metadata.deletionTimestamp !== undefined) wake(range);
  };
  ranges.addHandler({ onAdd: wake, onUpdate: wake, onDelete: wakeWaiting });
  addresses.addHandler({ onDelete: wakeWaiting });

  const write = async (
    object: ServiceCIDR,
    change: (draft: ReturnType<typeof draftOf<ServiceCIDR>>) => void,
    signal: AbortSignal,
    subresource?: 'status',
  ): Promise<void> => {
    const draft = draftOf(object);
    change(draft);
    try {
      await client.update(serviceCIDRs, draft, {
        signal,
        ...(subresource === undefined ? {} : { subresource }),
      });
    } catch (error) {
      // It changed or went meanwhile, which wakes this loop again.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  };
  const report = async (object: ServiceCIDR, ready: typeof READY, signal: AbortSignal): Promise<void> => {
    const old = object.status?.conditions?.find(({ type }) => type === 'Ready');
    if (old?.status === ready.status && old.reason === ready.reason && old.message === ready.message) return;
    const condition = { type: 'Ready', ...ready, lastTransitionTime: timeOf(clock.now()) };
    await write(object, (draft) => void (draft.status = { conditions: [condition] }), signal, 'status');
  };

  return {
    name: 'service-cidr-controller',
    workers: 1,
    async reconcile(name, signal) {
      const object = ranges.get(undefined, name);
      if (object === undefined) return undefined;
      const { deletionTimestamp, finalizers = [] } = object.metadata;
      if (deletionTimestamp === undefined) {
        if (finalizers.includes(FINALIZER)) await report(object, READY, signal);
        else
          await write(
            object,
            ({ metadata }) => void (metadata.finalizers = [...finalizers, FINALIZER]),
            signal,
          );
        return undefined;
      }
      if (!finalizers.includes(FINALIZER)) return undefined;
      if (isNeeded(object, ranges.list(), addresses.list())) {
        await report(object, IN_USE, signal);
        return undefined;
      }
      const left = (msOf(deletionTimestamp) ?? 0) + GRACE_MS - clock.now();
      if (left > 0) return { requeueAfterMs: left };
      const others = finalizers.filter((one) => one !== FINALIZER);
      await write(object, ({ metadata }) => void (metadata.finalizers = others), signal);
      return undefined;
    },
  };
}

/** Whether an address would be of no range any more (`canDeleteCIDR`). */
export function isNeeded(
  range: ServiceCIDR,
  all: readonly ServiceCIDR[],
  addresses: readonly IPAddress[],
): boolean {
  const parsed = (object: ServiceCIDR): NonNullable<ReturnType<typeof parseRange>>[] =>
    (object.spec.cidrs ?? []).flatMap((cidr) => parseRange(cidr) ?? []);
  const others = all
    .filter(
      ({ metadata }) => metadata.name !== range.metadata.name && metadata.deletionTimestamp === undefined,
    )
    .flatMap(parsed);
  return parsed(range).some((own) => {
    if (others.some((other) => contains(other, own))) return false;
    return addresses.some(({ metadata }) => {
      const address = parseAddress(metadata.name);
      return (
        address !== undefined && includes(own, address) && !others.some((other) => includes(other, address))
      );
    });
  });
}
