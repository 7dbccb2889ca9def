import { amountsOf } from '../../../api/podSpec/containerRequests.ts';
import { compareQuantities, formatQuantity, type Quantity } from '../../../api/quantity.ts';
import type { LimitRangeItem } from '../../../api/types.ts';

type Amounts = ReadonlyMap<string, Quantity>;

/** The requests and limits of one object. */
export interface Usage {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/**
 * The problems of the usage, in upstream's words (`plugin/pkg/admission/limitranger`); empty if it keeps the limits.
 */
export function violations(item: LimitRangeItem, usage: Usage): readonly string[] {
  const storage = item.type === 'PersistentVolumeClaim';
  return [
    ...[...amountsOf(item.min)].flatMap(([name, least]) => below(item.type, name, least, usage)),
    ...[...amountsOf(item.max)].flatMap(([name, most]) =>
      storage ? requestAbove(item.type, name, most, usage) : above(item.type, name, most, usage),
    ),
    ...(storage
      ? []
      : [...amountsOf(item.maxLimitRequestRatio)].flatMap(([name, most]) =>
          ratioAbove(item.type, name, most, usage),
        )),
  ];
}

function below(type: string, name: string, least: Quantity, { requests, limits }: Usage): string[] {
  const text = `minimum ${name} usage per ${type} is ${formatQuantity(least)}`;
  const [request, limit] = [requests.get(name), limits.get(name)];
  if (request === undefined) return [`${text}.  No request is specified`];
  if (compareQuantities(request, least) < 0) return [`${text}, but request is ${formatQuantity(request)}`];
  if (limit !== undefined && compareQuantities(limit, least) < 0)
    return [`${text}, but limit is ${formatQuantity(limit)}`];
  return [];
}

function above(type: string, name: string, most: Quantity, { requests, limits }: Usage): string[] {
  const text = `maximum ${name} usage per ${type} is ${formatQuantity(most)}`;
  const [request, limit] = [requests.get(name), limits.get(name)];
  if (limit === undefined) return [`${text}.  No limit is specified`];
  if (compareQuantities(limit, most) > 0) return [`${text}, but limit is ${formatQuantity(limit)}`];
  if (request !== undefined && compareQuantities(request, most) > 0) {
    return [`${text}, but request is ${formatQuantity(request)}`];
  }
  return [];
}

function requestAbove(type: string, name: string, most: Quantity, { requests }: Usage): string[] {
  const text = `maximum ${name} usage per ${type} is ${formatQuantity(most)}`;
  const request = requests.get(name);
  if (request === undefined) return [`${text}.  No request is specified`];
  return compareQuantities(request, most) > 0 ? [`${text}, but request is ${formatQuantity(request)}`] : [];
}

function ratioAbove(type: string, name: string, most: Quantity, { requests, limits }: Usage): string[] {
  const text = `${name} max limit to request ratio per ${type} is ${formatQuantity(most)}`;
  const [request, limit] = [requests.get(name), limits.get(name)];
  if (request === undefined || request.nano === 0n)
    return [`${text}, but no request is specified or request is 0`];
  if (limit === undefined || limit.nano === 0n) return [`${text}, but no limit is specified or limit is 0`];
  const ratio = Number(limit.nano) / Number(request.nano);
  return ratio > Number(most.nano) / 1e9 ? [`${text}, but provided ratio is ${ratio.toFixed(6)}`] : [];
}
