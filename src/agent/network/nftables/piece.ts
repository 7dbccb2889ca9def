/**
 * A part of the node's nftables table that is built and replaced as one: what one service port, or the pod network,
 * needs. Chains and sets belong to one piece alone; elements go into maps and sets of the base.
 */
export interface Piece {
  /** By name: rules in order. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** By name: the definition without elements, `type ipv4_addr; flags dynamic,timeout; timeout 3h;`. */
  readonly sets: ReadonlyMap<string, string>;
  /** By map or set of the base: key to verdict, '' for sets. */
  readonly elements: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export const EMPTY_PIECE: Piece = { chains: new Map(), sets: new Map(), elements: new Map() };

/** Collects a piece. */
export class PieceBuilder implements Piece {
  readonly chains = new Map<string, readonly string[]>();
  readonly sets = new Map<string, string>();
  readonly elements = new Map<string, Map<string, string>>();

  chain(name: string, ...rules: readonly string[]): this {
    this.chains.set(name, rules);
    return this;
  }

  set(name: string, definition: string): this {
    this.sets.set(name, definition);
    return this;
  }

  element(map: string, key: string, verdict = ''): this {
    const elements = this.elements.get(map);
    if (elements === undefined) this.elements.set(map, new Map([[key, verdict]]));
    else elements.set(key, verdict);
    return this;
  }
}
