import type { KubeObject } from '../api/meta.ts';
import type { Entry } from '../api/request.ts';
import type { Value } from './contract.ts';
import { bytesAt, objectAt } from './encoding.ts';

/** An entry that makes its object and its bytes when they are first asked for, once. */
export class CacheEntry implements Entry {
  readonly key: string;
  readonly revision: number;
  readonly value: Value;
  #object: KubeObject | undefined;
  #bytes: Uint8Array | undefined;

  constructor(key: string, revision: number, value: Value) {
    this.key = key;
    this.revision = revision;
    this.value = value;
  }

  get object(): KubeObject {
    this.#object ??= objectAt(this.value, this.revision);
    return this.#object;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= bytesAt(this.value, this.revision);
    return this.#bytes;
  }
}
