/** Counts how much of a document is read through aliases, so that a short text cannot unfold into a huge object. */
export interface AliasBudget {
  /** Counts one more node. False: too much comes from aliases (go-yaml's limits: `decode.go` allowedAliasRatio). */
  mayRead(throughAlias: boolean): boolean;
  /** Counts a text that is read through an alias. False: too much text comes from aliases. */
  mayRepeat(text: string): boolean;
}

/** Characters that may come from aliases: no more than the largest body has, which upstream's limits do not say. */
const MAX_REPEATED = 3 * 1024 * 1024;

const RATIO_AT_START = 0.99;
const RATIO_AT_END = 0.1;
/** Nodes up to which nearly all may come from aliases, and from which only a tenth may. */
const LOW = 400_000;
const HIGH = 4_000_000;

export function newAliasBudget(): AliasBudget {
  let all = 0;
  let aliased = 0;
  let repeated = 0;
  return {
    mayRead(throughAlias) {
      all++;
      if (throughAlias) aliased++;
      return aliased <= 100 || all <= 1_000 || aliased / all <= allowedRatio(all);
    },
    mayRepeat(text) {
      repeated += text.length;
      return repeated <= MAX_REPEATED;
    },
  };
}

function allowedRatio(count: number): number {
  if (count <= LOW) return RATIO_AT_START;
  if (count >= HIGH) return RATIO_AT_END;
  return RATIO_AT_START - ((RATIO_AT_START - RATIO_AT_END) * (count - LOW)) / (HIGH - LOW);
}
