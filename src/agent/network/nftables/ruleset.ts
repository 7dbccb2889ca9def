import { EMPTY_PIECE, type Piece } from './piece.ts';

/** One element of a map or set of the base. */
interface Element {
  readonly map: string;
  readonly key: string;
}

/** The changes of the table that a change of pieces needs. */
export interface RulesetChange {
  readonly flushed: readonly string[];
  readonly removedChains: readonly string[];
  readonly removedElements: readonly Element[];
  readonly removedSets: readonly string[];
  readonly addedSets: ReadonlyMap<string, string>;
  readonly rules: ReadonlyMap<string, readonly string[]>;
  readonly addedElements: readonly (Element & { readonly verdict: string })[];
}

/**
 * The wanted content of the table as the union of pieces. `replace` gives the smallest change from one piece to its
 * successor. Where two pieces claim one element (two services with the same external address and port), the piece
 * whose name comes first has it, and the other takes over when that one goes.
 */
export class Ruleset {
  readonly #pieces = new Map<string, Piece>();
  /** By map and key: verdicts by the piece that claims the element. */
  readonly #claims = new Map<string, Map<string, Map<string, string>>>();

  get pieces(): ReadonlyMap<string, Piece> {
    return this.#pieces;
  }

  /** Everything, as if the table were empty. */
  all(): RulesetChange {
    const pieces = [...this.#pieces.values()];
    const addedElements: (Element & { verdict: string })[] = [];
    for (const [map, keys] of this.#claims) {
      for (const key of keys.keys()) {
        const verdict = this.#verdict(map, key);
        if (verdict !== undefined) addedElements.push({ map, key, verdict });
      }
    }
    return {
      flushed: [],
      removedChains: [],
      removedElements: [],
      removedSets: [],
      addedSets: new Map(pieces.flatMap((piece) => [...piece.sets])),
      rules: new Map(pieces.flatMap((piece) => [...piece.chains])),
      addedElements,
    };
  }

  /** Puts a piece in the place of the one with this name; undefined takes it away. */
  replace(name: string, piece: Piece | undefined): RulesetChange {
    const old = this.#pieces.get(name) ?? EMPTY_PIECE;
    const next = piece ?? EMPTY_PIECE;
    if (piece === undefined) this.#pieces.delete(name);
    else this.#pieces.set(name, piece);

    const changed = [...next.chains].filter(([chain, rules]) => !sameRules(old.chains.get(chain), rules));
    const removedChains = [...old.chains.keys()].filter((chain) => !next.chains.has(chain));
    const resetSets = [...old.sets].filter(([set, definition]) => next.sets.get(set) !== definition);
    const addedSets = [...next.sets].filter(([set, definition]) => old.sets.get(set) !== definition);
    return {
      flushed: [
        ...removedChains,
        ...changed.filter(([chain]) => old.chains.has(chain)).map(([chain]) => chain),
      ],
      removedChains,
      removedSets: resetSets.map(([set]) => set),
      addedSets: new Map(addedSets),
      rules: new Map(changed),
      ...this.#replaceElements(name, old, next),
    };
  }

  #replaceElements(
    name: string,
    old: Piece,
    next: Piece,
  ): Pick<RulesetChange, 'removedElements' | 'addedElements'> {
    const removedElements: Element[] = [];
    const addedElements: (Element & { verdict: string })[] = [];
    for (const { map, key } of elementsOf(old, next)) {
      const before = this.#verdict(map, key);
      this.#claim(name, map, key, next.elements.get(map)?.get(key));
      const after = this.#verdict(map, key);
      if (before === after) continue;
      if (before !== undefined) removedElements.push({ map, key });
      if (after !== undefined) addedElements.push({ map, key, verdict: after });
    }
    return { removedElements, addedElements };
  }

  #claim(name: string, map: string, key: string, verdict: string | undefined): void {
    const keys = this.#claims.get(map) ?? new Map<string, Map<string, string>>();
    const claims = keys.get(key) ?? new Map<string, string>();
    if (verdict === undefined) claims.delete(name);
    else claims.set(name, verdict);
    if (claims.size === 0) keys.delete(key);
    else keys.set(key, claims);
    this.#claims.set(map, keys);
  }

  #verdict(map: string, key: string): string | undefined {
    const claims = this.#claims.get(map)?.get(key);
    if (claims === undefined) return undefined;
    let first: string | undefined;
    for (const name of claims.keys()) if (first === undefined || name < first) first = name;
    return first === undefined ? undefined : claims.get(first);
  }
}

/** The elements of both, each once. */
function elementsOf(old: Piece, next: Piece): Element[] {
  const found: Element[] = [];
  for (const [map, elements] of old.elements) for (const key of elements.keys()) found.push({ map, key });
  for (const [map, elements] of next.elements) {
    const before = old.elements.get(map);
    for (const key of elements.keys()) if (before?.has(key) !== true) found.push({ map, key });
  }
  return found;
}

function sameRules(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a?.length === b.length && a.every((rule, i) => rule === b[i]);
}
