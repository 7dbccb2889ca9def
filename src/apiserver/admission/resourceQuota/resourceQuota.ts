import type { Draft, KubeObject } from '../../../api/meta.ts';
import { pods, resourceQuotas } from '../../../api/resources.ts';
import {
  addQuantities,
  formatQuantity,
  type Quantity,
  quantityOf,
  subtractQuantities,
  tryParseQuantity,
} from '../../../api/quantity.ts';
import { countedBy, isInScope, textOf, type Usage, usageOf } from '../../../api/quota/usage.ts';
import type { FieldError } from '../../../api/fields/fieldErrors.ts';
import { conflict } from '../../../api/status.ts';
import type { Pod, ResourceQuota } from '../../../api/types.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from '../contract.ts';
import { isAbout, refuse } from '../refuse.ts';
import { missingIn } from './constraints.ts';

const MAX_ATTEMPTS = 8;
const NOTHING = quantityOf(0);

/**
 * Writes the usage of a quota if nobody has changed the quota since it was read. Returns the stored quota, or undefined
 * if another write came between.
 */
export type ChargeQuota = (
  quota: ResourceQuota,
  used: Readonly<Record<string, string>>,
) => Promise<ResourceQuota | undefined>;

/**
 * Refuses a request for which a quota of its namespace has no room. Charges any other request to the quota before the
 * write (`plugin/pkg/admission/resourcequota`). If the write fails, the controller corrects the usage.
 */
export function resourceQuota(reader: AdmissionReader, charge: ChargeQuota): AdmissionPlugin {
  return {
    name: 'ResourceQuota',
    handles: ({ operation, subresource, namespace }) =>
      namespace !== '' &&
      ((operation === 'CREATE' && subresource === '') ||
        (operation === 'UPDATE' && (subresource === '' || subresource === 'resize'))),
    reserve(attributes) {
      if (attributes.object === undefined) return [];
      const quotas = reader.list(resourceQuotas, attributes.namespace) as readonly ResourceQuota[];
      return quotas.length === 0 ? [] : takeAll(quotas, attributes, reader, charge);
    },
  };
}

async function takeAll(
  quotas: readonly ResourceQuota[],
  attributes: AdmissionAttributes,
  reader: AdmissionReader,
  charge: ChargeQuota,
): Promise<readonly FieldError[]> {
  for (const quota of quotas) await take(quota, attributes, reader, charge);
  return [];
}

async function take(
  first: ResourceQuota,
  attributes: AdmissionAttributes,
  reader: AdmissionReader,
  charge: ChargeQuota,
): Promise<void> {
  let quota: ResourceQuota | undefined = first;
  for (let attempt = 1; quota !== undefined; attempt += 1) {
    const wanted = wantedOf(quota, attributes);
    if (wanted.size === 0) return;
    const used = roomFor(quota, wanted, attributes);
    if (attributes.dryRun) return;
    const written = await charge(quota, used);
    if (written !== undefined) return;
    if (attempt === MAX_ATTEMPTS) {
      throw conflict(
        resourceQuotas,
        quota.metadata.name,
        'the quota is changed by too many at once; try again',
      );
    }
    quota = reader.get(resourceQuotas, attributes.namespace, first.metadata.name) as
      ResourceQuota | undefined;
  }
}

/** The usage that a request adds to a quota; empty if the request lowers it. */
function wantedOf(quota: ResourceQuota, attributes: AdmissionAttributes): Usage {
  const { resource, old } = attributes;
  const object = attributes.object as unknown as KubeObject;
  if (isAbout(attributes, pods) && attributes.operation === 'UPDATE') return new Map();
  if (!isInScope(quota, resource, object)) return new Map();
  const counted = countedBy(quota, usageOf(resource, object));
  if (isAbout(attributes, pods) && attributes.operation === 'CREATE') {
    const missing = missingIn(
      attributes.object as unknown as Draft<Pod>,
      Object.keys(quota.spec?.hard ?? {}),
    );
    if (missing !== '')
      throw refuse(attributes, `failed quota: ${quota.metadata.name}: must specify ${missing}`);
  }
  if (old === undefined) return counted;
  const before = isInScope(quota, resource, old) ? usageOf(resource, old) : new Map<string, Quantity>();
  const added = [...counted].map(
    ([name, amount]) => [name, subtractQuantities(amount, before.get(name) ?? NOTHING)] as const,
  );
  return new Map(added.filter(([, amount]) => amount.nano > 0n));
}

/** The usage with the request; throws 403 if it exceeds the quota. */
function roomFor(
  quota: ResourceQuota,
  wanted: Usage,
  attributes: AdmissionAttributes,
): Record<string, string> {
  const { name } = quota.metadata;
  const known = quota.status?.used ?? {};
  const unknown = [...wanted.keys()].filter((key) => known[key] === undefined);
  if (unknown.length > 0) {
    throw refuse(attributes, `status unknown for quota: ${name}, resources: ${unknown.sort().join(',')}`);
  }
  const used: Record<string, string> = { ...known };
  const [over, before, most] = [
    new Map<string, Quantity>(),
    new Map<string, Quantity>(),
    new Map<string, Quantity>(),
  ];
  for (const [key, amount] of wanted) {
    const was = tryParseQuantity(known[key] ?? '0') ?? NOTHING;
    const hard = tryParseQuantity(quota.spec?.hard?.[key] ?? '0') ?? NOTHING;
    const sum = addQuantities(was, amount);
    used[key] = formatQuantity(sum);
    // A request of 0 always fits.
    if (amount.nano === 0n || sum.nano <= hard.nano) continue;
    over.set(key, amount);
    before.set(key, was);
    most.set(key, hard);
  }
  if (over.size === 0) return used;
  throw refuse(
    attributes,
    `exceeded quota: ${name}, requested: ${textOf(over)}, used: ${textOf(before)}, limited: ${textOf(most)}`,
  );
}
