import { equalJson } from '../equalJson.ts';
import type { Draft, KubeObject } from '../meta.ts';
import { badRequest, StatusError } from '../status.ts';
import { claimed } from './compare.ts';
import { arrange, isOwner, newEntry, readEntries, type Entry, type Owner } from './entries.ts';
import { difference, equalSets, intersection, pathsOf, union, type FieldSet } from './fieldSet.ts';
import { clientSideFields, syncLastApplied } from './lastApplied.ts';
import { merge, prune } from './merge.ts';
import type { Schema } from '../schema/schema.ts';
import { owned } from './ownership.ts';
import { comparison, store } from './update.ts';

export interface ApplyOptions {
  readonly schema: Schema;
  /** The object as stored; undefined where the apply creates it. */
  readonly live: KubeObject | undefined;
  /** The configuration, as decoded and conforming to the schema; not defaulted. Not changed. */
  readonly applied: Draft;
  readonly manager: string;
  readonly apiVersion: string;
  /** '' for the object itself. */
  readonly subresource: string;
  readonly force: boolean;
  /** RFC 3339, seconds. */
  readonly time: string;
  /** True where all versions have the same fields. Default: what is owned in another version says nothing in this one. */
  readonly sameFields?: boolean;
}

/** The metadata that only the server writes stays the live object's, whatever nobody owns of it. */
const METADATA = 'f:metadata';

/**
 * Server-side apply: the live object with the configuration laid over it, without what this manager applied before and
 * applies no more (unless somebody else owns it), with managedFields. Throws 409 with one cause per field that another
 * manager owns with another value, unless `force`. Semantics of structured-merge-diff `merge.Updater.Apply`.
 */
export function serverSideApply(options: ApplyOptions): Draft {
  const { schema, live, applied, subresource, force, time } = options;
  if (applied.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  const owner: Owner = { ...options, operation: 'Apply' };
  const comparable = ({ apiVersion }: Entry): boolean =>
    options.sameFields === true || apiVersion === owner.apiVersion;
  const { shape } = schema;
  const entries = readEntries(live?.metadata.managedFields);
  const own = entries.find((entry) => isOwner(entry, owner));
  const others = entries.filter((entry) => entry !== own);
  const set = owned(claimed(shape, applied), subresource);

  const draft = merge(shape, live ?? {}, applied) as Draft;
  if (own !== undefined) {
    const kept = others.reduce<FieldSet | undefined>((sum, entry) => union(sum, entry.fieldsV1), set);
    prune(shape, draft, own.fieldsV1, { ...kept, [METADATA]: kept?.[METADATA] ?? {} });
  }

  const { changed, removed } = comparison(schema, live ?? {}, draft, subresource);
  if (!force) {
    const taken = difference(changed, clientSideFields(schema, live, owner.manager));
    const conflicts = others.flatMap((entry) => {
      const fields = comparable(entry) ? intersection(entry.fieldsV1, taken) : undefined;
      return fields === undefined ? [] : [{ entry, fields }];
    });
    if (conflicts.length > 0) throw conflictError(conflicts);
  }

  const lost = union(changed, removed);
  const after = others.flatMap((entry): Entry[] => {
    if (!comparable(entry)) return [entry];
    const fieldsV1 = difference(entry.fieldsV1, lost);
    return fieldsV1 === undefined ? [] : [{ ...entry, fieldsV1 }];
  });
  if (set !== undefined) {
    const same = lost === undefined && own !== undefined && equalSets(own.fieldsV1, set);
    after.push(same && own.apiVersion === owner.apiVersion ? own : newEntry(owner, time, set));
  }
  syncLastApplied(draft, live, applied, owner.manager);
  const arranged = arrange(after);
  // An apply that changes nothing must not look like a change.
  store(draft, equalJson(arranged, entries) ? entries : arranged);
  return draft;
}

interface Conflict {
  readonly entry: Entry;
  readonly fields: FieldSet;
}

/** apimachinery `pkg/util/managedfields/internal/conflict.go`. */
function conflictError(conflicts: readonly Conflict[]): StatusError {
  const named = conflicts
    .map(({ entry, fields }) => ({ manager: managerText(entry), paths: pathsOf(fields) }))
    .sort((a, b) => (a.manager < b.manager ? -1 : a.manager > b.manager ? 1 : 0));
  const causes = named.flatMap(({ manager, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field })),
  );
  const [only] = causes;
  const message =
    causes.length === 1 && only !== undefined
      ? `Apply failed with 1 conflict: ${only.message}: ${only.field}`
      : `Apply failed with ${causes.length} conflicts: ${named
          .flatMap(({ manager, paths }) => [
            `conflicts with ${manager}:`,
            ...paths.map((path) => `- ${path}`),
          ])
          .join('\n')}`;
  return new StatusError(409, 'Conflict', message, { details: { causes } });
}

function managerText(entry: Entry): string {
  const name = JSON.stringify(entry.manager ?? '');
  const sub = entry.subresource === undefined ? '' : ` with subresource ${JSON.stringify(entry.subresource)}`;
  return entry.operation === 'Update' ? `${name}${sub} using ${entry.apiVersion ?? ''}` : `${name}${sub}`;
}
