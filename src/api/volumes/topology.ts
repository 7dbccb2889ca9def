import { ownProperty } from '../../base/ownProperty.ts';
import type { Node, StorageClass } from '../types.ts';

/** Whether a class allows volumes on a node: all labels of any one term must match (`MatchTopologySelectorTerms`). */
export function hasTopology(terms: StorageClass['allowedTopologies'], { metadata }: Node): boolean {
  if (terms === undefined || terms.length === 0) return true;
  return terms.some(({ matchLabelExpressions: labels = [] }) => {
    const matches = labels.every(({ key, values }) => {
      const value = ownProperty(metadata.labels, key);
      return value !== undefined && values.includes(value);
    });
    return labels.length > 0 && matches;
  });
}
