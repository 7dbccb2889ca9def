import { parseDuration, parseTimestamp } from '../time.ts';
import type { Type } from '../types.ts';
import { CelError, CelMap, Double, isJsonObject, type Value } from '../values.ts';

type Adapter = (value: Value) => Value;

/**
 * Returns the function that converts JSON to a value of the type, or undefined if JSON is the value already. It does
 * not convert the fields of objects: each field is converted when it is read.
 */
export function adapterOf(type: Type): Adapter | undefined {
  switch (type.kind) {
    case 'timestamp':
      return (value) => (typeof value === 'string' ? parseTimestamp(value) : value);
    case 'duration':
      return (value) => (typeof value === 'string' ? parseDuration(value) : value);
    case 'bytes':
      return (value) => (typeof value === 'string' ? decodeBase64(value) : value);
    case 'double':
      return (value) => (Number.isSafeInteger(value) ? new Double(Number(value)) : value);
    case 'int':
      return (value) =>
        typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
          ? BigInt(value)
          : value;
    case 'list': {
      const adapt = adapterOf(type.element);
      if (adapt === undefined || type.element.kind === 'int') return undefined;
      return (value) => (Array.isArray(value) ? value.map((element: Value) => adapt(element)) : value);
    }
    case 'map': {
      const adapt = adapterOf(type.value);
      if (adapt === undefined || type.value.kind === 'int') return undefined;
      return (value) => (isJsonObject(value) ? adaptMap(value, adapt) : value);
    }
    default:
      return undefined;
  }
}

function adaptMap(value: Readonly<Record<string, Value>>, adapt: Adapter): CelMap {
  const map = new CelMap();
  for (const [key, entry] of Object.entries(value)) map.add(key, adapt(entry));
  return map;
}

function decodeBase64(text: string): Value {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')
    ? new Uint8Array(bytes)
    : new CelError('byte format conversion error: illegal base64 data');
}
