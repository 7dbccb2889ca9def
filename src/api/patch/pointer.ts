import { ownProperty, setOwnProperty } from '../../base/ownProperty.ts';

type Json = Record<string, unknown>;

/** Where a JSON pointer leads to: a key of an object or of a list, whether there is something under it or not. */
export class Place {
  readonly #holder: Json | unknown[];
  readonly #key: string;

  constructor(holder: Json | unknown[], key: string) {
    this.#holder = holder;
    this.#key = key;
  }

  /** Undefined where there is nothing; JSON knows no such value. */
  get(): unknown {
    if (!Array.isArray(this.#holder)) return ownProperty(this.#holder, this.#key);
    return INDEX.test(this.#key) ? this.#holder[Number(this.#key)] : undefined;
  }

  /** Adds to an object, or between the elements of a list. Throws where the list is shorter. */
  add(value: unknown): void {
    if (!Array.isArray(this.#holder)) {
      setOwnProperty(this.#holder, this.#key, value);
      return;
    }
    const { length } = this.#holder;
    const at = this.#key === '-' ? length : INDEX.test(this.#key) ? Number(this.#key) : Infinity;
    if (at > length) throw new Error(`${this.#key} is no place in a list of ${length}`);
    this.#holder.splice(at, 0, value);
  }

  /** Throws where there is nothing. */
  replace(value: unknown): void {
    this.#demand();
    if (Array.isArray(this.#holder)) this.#holder[Number(this.#key)] = value;
    else setOwnProperty(this.#holder, this.#key, value);
  }

  /** Throws where there is nothing. */
  remove(): unknown {
    const value = this.#demand();
    if (Array.isArray(this.#holder)) this.#holder.splice(Number(this.#key), 1);
    else Reflect.deleteProperty(this.#holder, this.#key);
    return value;
  }

  #demand(): unknown {
    const value = this.get();
    if (value === undefined) throw new Error(`there is no ${this.#key}`);
    return value;
  }
}

const INDEX = /^\d{1,9}$/;

/** The place that a pointer (RFC 6901) other than '' names. Throws where nothing could be there. */
export function placeOf(document: unknown, pointer: string): Place {
  if (!pointer.startsWith('/')) throw new Error(`${JSON.stringify(pointer)} is no pointer to a part`);
  const keys = pointer.slice(1).split('/').map(unescaped);
  const last = keys.pop() ?? '';
  let holder = document;
  for (const key of keys) {
    if (!isHolder(holder)) break;
    holder = new Place(holder, key).get();
  }
  if (!isHolder(holder)) throw new Error(`nothing can be at ${pointer}`);
  return new Place(holder, last);
}

function unescaped(key: string): string {
  return key.includes('~') ? key.replaceAll('~1', '/').replaceAll('~0', '~') : key;
}

function isHolder(value: unknown): value is Json | unknown[] {
  return typeof value === 'object' && value !== null;
}
