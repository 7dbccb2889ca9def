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
import { booleanOption, integerOption, optionalBoolean, textOption } from '../../api/queryOptions.ts';
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
  const parsed: ListQuery = {
    labels: parseLabelSelector(textOption(query, 'labelSelector')),
    fields: parseFieldSelector(textOption(query, 'fieldSelector')),
    limit: integerOption(query, 'limit') ?? 0,
    continue: textOption(query, 'continue'),
    resourceVersion: revisionOption(query, 'ListOptions'),
    match: textOption(query, 'resourceVersionMatch') as ListQuery['match'],
    allowBookmarks: booleanOption(query, 'allowWatchBookmarks'),
    sendInitialEvents: optionalBoolean(query, 'sendInitialEvents'),
    timeoutSeconds: integerOption(query, 'timeoutSeconds'),
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

/**
 * The `resourceVersion` of a read; undefined where none is given.
 * @param kind of the options, for messages
 * @throws StatusError Invalid
 */
export function revisionOption(query: URLSearchParams, kind: string): number | undefined {
  const text = textOption(query, 'resourceVersion');
  if (text === '') return undefined;
  if (!/^\d{1,16}$/.test(text)) {
    throw invalidObject({ group: 'meta.k8s.io', kind }, '', [
      invalid(
        field('resourceVersion'),
        text,
        `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
      ),
    ]);
  }
  return Number(text);
}
