import {
  type FieldError,
  field,
  forbiddenField,
  invalid,
  invalidObject,
  notSupported,
} from '../../api/fields/fieldErrors.ts';
import { FieldMatcher, parseFieldSelector } from '../../api/fieldSelector.ts';
import { type LabelMatcher, parseLabelSelector } from '../../api/labels.ts';
import { badRequest } from '../../api/status.ts';

/** meta/v1 ListOptions, parsed and checked. */
export interface ListQuery {
  readonly labels: LabelMatcher;
  readonly fields: FieldMatcher;
  /** 0 for no limit. */
  readonly limit: number;
  /** '' for none. */
  readonly continue: string;
  /** Undefined where none was given; 0 means whatever is at hand. */
  readonly resourceVersion: number | undefined;
  readonly match: '' | 'Exact' | 'NotOlderThan';
  readonly allowBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
  /** Undefined where none was given. */
  readonly timeoutSeconds: number | undefined;
}

/** @throws StatusError BadRequest or Invalid (apimachinery `pkg/apis/meta/internalversion/validation`). */
export function parseListQuery(query: URLSearchParams, watch: boolean): ListQuery {
  const sendInitialEvents = query.get('sendInitialEvents');
  const parsed: ListQuery = {
    labels: parseLabelSelector(query.get('labelSelector') ?? ''),
    fields: parseFieldSelector(query.get('fieldSelector') ?? ''),
    limit: integer(query, 'limit') ?? 0,
    continue: query.get('continue') ?? '',
    resourceVersion: revision(query.get('resourceVersion')),
    match: (query.get('resourceVersionMatch') ?? '') as ListQuery['match'],
    allowBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: sendInitialEvents === null ? undefined : isTrue(sendInitialEvents),
    timeoutSeconds: integer(query, 'timeoutSeconds'),
  };
  const errors = watch ? watchErrors(parsed) : listErrors(parsed);
  if (errors.length > 0) {
    throw invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  }
  return parsed;
}

/**
 * What is authorized by name is answered by name: a watch of one object (`/watch/.../NAME`) selects it and nothing else.
 * @throws StatusError BadRequest where the selector is about another
 */
export function limitedTo(name: string, query: ListQuery): ListQuery {
  if (name === '') return query;
  if (query.fields.empty) {
    return { ...query, fields: new FieldMatcher([{ field: 'metadata.name', operator: '=', value: name }]) };
  }
  if (query.fields.requires('metadata.name') === name) return query;
  throw badRequest("fieldSelector metadata.name doesn't match requested name");
}

const MATCH = field('resourceVersionMatch');

function listErrors(query: ListQuery): FieldError[] {
  const errors: FieldError[] = [];
  if (query.match !== '') {
    if (query.resourceVersion === undefined) {
      errors.push(
        forbiddenField(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'),
      );
    }
    if (query.continue !== '') {
      errors.push(forbiddenField(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
    }
    if (!isMatch(query.match)) errors.push(notSupported(MATCH, query.match, ['Exact', 'NotOlderThan', '']));
    if (query.match === 'Exact' && query.resourceVersion === 0) {
      errors.push(forbiddenField(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (query.sendInitialEvents !== undefined) {
    errors.push(forbiddenField(field('sendInitialEvents'), 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

function watchErrors(query: ListQuery): FieldError[] {
  const errors: FieldError[] = [];
  if (query.sendInitialEvents !== undefined && query.match !== 'NotOlderThan') {
    errors.push(
      forbiddenField(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
    );
  }
  if (query.match !== '') {
    if (query.sendInitialEvents === undefined) {
      errors.push(
        forbiddenField(
          MATCH,
          'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
        ),
      );
    }
    if (query.match !== 'NotOlderThan') errors.push(notSupported(MATCH, query.match, ['NotOlderThan']));
    if (query.continue !== '') {
      errors.push(forbiddenField(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
    }
  }
  return errors;
}

const isMatch = (match: string): boolean => match === 'Exact' || match === 'NotOlderThan';

const isTrue = (value: string | null): boolean => value !== null && value !== 'false' && value !== '0';

function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^-?\d+$/.test(text)) {
    throw badRequest(
      `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax (query parameter ${name})`,
    );
  }
  return Number(text);
}

function revision(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^\d{1,16}$/.test(text)) {
    throw invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
      invalid(
        field('resourceVersion'),
        text,
        `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
      ),
    ]);
  }
  return Number(text);
}
