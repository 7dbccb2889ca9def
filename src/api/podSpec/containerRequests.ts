import type { Unchecked } from '../fields/unchecked.ts';
import { addQuantities, compareQuantities, type Quantity, tryParseQuantity } from '../quantity.ts';
import type { Container, PodSpec } from '../types.ts';

type Amounts = ReadonlyMap<string, Quantity>;
type List = Readonly<Record<string, string | undefined>> | undefined;

/**
 * The largest requests at one time: of the containers that run together, or of an init container with the sidecars
 * before it.
 */
export const containerRequests = (spec: Unchecked<PodSpec>): Amounts => together(spec, 'requests');

/** The largest limits at one time. */
export const containerLimits = (spec: Unchecked<PodSpec>): Amounts => together(spec, 'limits');

function together(spec: Unchecked<PodSpec>, list: 'requests' | 'limits'): Amounts {
  const amountsIn = (container: Unchecked<Container>): Amounts => amountsOf(container.resources?.[list]);
  let sidecars: Amounts = new Map();
  let starting: Amounts = new Map();
  for (const container of spec.initContainers ?? []) {
    const beside = sum(sidecars, amountsIn(container));
    if (container.restartPolicy === 'Always') sidecars = beside;
    starting = larger(starting, beside);
  }
  const running = (spec.containers ?? []).map(amountsIn).reduce(sum, sidecars);
  return larger(running, starting);
}

/** A list of resources, read; what cannot be read is left out. */
export function amountsOf(list: List): Map<string, Quantity> {
  const amounts = new Map<string, Quantity>();
  for (const [name, text] of Object.entries(list ?? {})) {
    const quantity = text === undefined ? undefined : tryParseQuantity(text);
    if (quantity !== undefined) amounts.set(name, quantity);
  }
  return amounts;
}

function sum(a: Amounts, b: Amounts): Amounts {
  return combined(a, b, addQuantities);
}

function larger(a: Amounts, b: Amounts): Amounts {
  return combined(a, b, (one, other) => (compareQuantities(one, other) < 0 ? other : one));
}

function combined(a: Amounts, b: Amounts, combine: (a: Quantity, b: Quantity) => Quantity): Amounts {
  const result = new Map(a);
  for (const [name, quantity] of b) {
    const other = result.get(name);
    result.set(name, other === undefined ? quantity : combine(other, quantity));
  }
  return result;
}
