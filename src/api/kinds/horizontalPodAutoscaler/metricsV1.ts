import { ownProperty } from '../../../base/ownProperty.ts';
import { isRecord } from '../../../base/isRecord.ts';

type Json = Record<string, unknown>;
/** Fields of v1 and where v2 has them. */
type Fields = readonly (readonly [v1: string, v2: readonly [string, string] | readonly [string]])[];

const named: Fields = [
  ['metricName', ['metric', 'name']],
  ['selector', ['metric', 'selector']],
];

const SPECS: Readonly<Record<string, Fields>> = {
  object: [
    ['target', ['describedObject']],
    ...named,
    ['targetValue', ['target', 'value']],
    ['averageValue', ['target', 'averageValue']],
  ],
  pods: [...named, ['targetAverageValue', ['target', 'averageValue']]],
  resource: [
    ['name', ['name']],
    ['targetAverageUtilization', ['target', 'averageUtilization']],
    ['targetAverageValue', ['target', 'averageValue']],
  ],
  containerResource: [
    ['name', ['name']],
    ['targetAverageUtilization', ['target', 'averageUtilization']],
    ['targetAverageValue', ['target', 'averageValue']],
    ['container', ['container']],
  ],
  external: [
    ['metricName', ['metric', 'name']],
    ['metricSelector', ['metric', 'selector']],
    ['targetValue', ['target', 'value']],
    ['targetAverageValue', ['target', 'averageValue']],
  ],
};

const STATUSES: Readonly<Record<string, Fields>> = {
  object: [
    ['target', ['describedObject']],
    ...named,
    ['currentValue', ['current', 'value']],
    ['averageValue', ['current', 'averageValue']],
  ],
  pods: [...named, ['currentAverageValue', ['current', 'averageValue']]],
  resource: [
    ['name', ['name']],
    ['currentAverageUtilization', ['current', 'averageUtilization']],
    ['currentAverageValue', ['current', 'averageValue']],
  ],
  containerResource: [
    ['name', ['name']],
    ['currentAverageUtilization', ['current', 'averageUtilization']],
    ['currentAverageValue', ['current', 'averageValue']],
    ['container', ['container']],
  ],
  external: [
    ['metricName', ['metric', 'name']],
    ['metricSelector', ['metric', 'selector']],
    ['currentValue', ['current', 'value']],
    ['currentAverageValue', ['current', 'averageValue']],
  ],
};

export const metricToV1 = (metric: Json): Json => eachSource(metric, SPECS, toV1);
export const statusToV1 = (status: Json): Json => eachSource(status, STATUSES, toV1);
export const statusFromV1 = (status: Json): Json => eachSource(status, STATUSES, fromV1);

/** v1 does not say of which type a target is: its values do. */
export function metricFromV1(metric: Json): Json {
  return eachSource(metric, SPECS, (source, fields) => {
    const made = fromV1(source, fields);
    const target = (made['target'] ??= {}) as Json;
    return { ...made, target: { type: targetType(target), ...target } };
  });
}

function targetType(target: Json): string {
  if (target['averageUtilization'] !== undefined) return 'Utilization';
  return target['averageValue'] === undefined && target['value'] !== undefined ? 'Value' : 'AverageValue';
}

function eachSource(
  metric: Json,
  sources: Readonly<Record<string, Fields>>,
  convert: (source: Json, fields: Fields) => Json,
): Json {
  return Object.fromEntries(
    Object.entries(metric).map(([name, value]) => {
      const fields = ownProperty(sources, name);
      return [name, fields === undefined || !isRecord(value) ? value : convert(value, fields)];
    }),
  );
}

function toV1(source: Json, fields: Fields): Json {
  const made: Json = {};
  for (const [name, [first, second]] of fields) {
    const outer = source[first];
    const value = second === undefined ? outer : isRecord(outer) ? outer[second] : undefined;
    if (value !== undefined) made[name] = value;
  }
  return made;
}

function fromV1(source: Json, fields: Fields): Json {
  const made: Json = {};
  for (const [name, [first, second]] of fields) {
    const value = source[name];
    if (value === undefined) continue;
    if (second === undefined) made[first] = value;
    else made[first] = { ...(made[first] as Json | undefined), [second]: value };
  }
  return made;
}
