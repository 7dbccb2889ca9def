import { createdAtColumn, nameColumn } from '../../columns.ts';
import type { Incomplete } from '../../fields/unchecked.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { limitRanges } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { LimitRange, LimitRangeItem } from '../../types.ts';
import { validateLimitRange } from './validation.ts';

export const limitRange: Kind = defineKind<LimitRange>({
  resource: limitRanges,
  schema: builtIn('V1LimitRange'),
  shortNames: ['limits'],
  setDefaults(draft) {
    for (const item of (draft.spec as Incomplete<LimitRange['spec']>)?.limits ?? []) setItemDefaults(item);
  },
  validate: validateLimitRange,
  columns: [nameColumn, createdAtColumn],
});

/** core/v1 `SetDefaults_LimitRangeItem`: the most is the default limit, which is the default request. */
function setItemDefaults(item: Incomplete<LimitRangeItem>): void {
  if (item.type !== 'Container') return;
  item.default = { ...item.max, ...item.default };
  item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest };
}
