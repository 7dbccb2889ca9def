import {
  type FieldError,
  field,
  invalid,
  invalidObject,
  notSupported,
} from '../../api/fields/fieldErrors.ts';
import { integerOption, optionalBoolean, textOption } from '../../api/queryOptions.ts';
import { builtIn } from '../../api/schema/index.ts';
import { badRequest } from '../../api/status.ts';
import type { DeleteOptions } from '../../api/types.ts';
import type { Exchange } from '../exchange.ts';
import { type BodyType, decodeBody } from './decode.ts';

const TYPE: BodyType = {
  apiVersion: undefined,
  kind: 'DeleteOptions',
  schema: builtIn('V1DeleteOptions'),
};
const POLICIES = ['Background', 'Foreground', 'Orphan'];

/**
 * DeleteOptions from the body or, where there is none, from the query.
 * @throws StatusError BadRequest or Invalid (apimachinery `ValidateDeleteOptions`)
 */
export function deleteOptions(exchange: Exchange): DeleteOptions {
  const { body, query } = exchange.request;
  const sent = body.type === 'none' ? undefined : decodeBody(body, TYPE);
  const options = sent === undefined || sent === null ? fromQuery(query) : (sent as DeleteOptions);
  if (typeof options !== 'object' || Array.isArray(options)) {
    throw badRequest('the object provided is unrecognized (must be of type DeleteOptions)');
  }
  if (options.kind !== undefined && options.kind !== 'DeleteOptions') {
    throw badRequest('decoded object cannot be converted to DeleteOptions');
  }
  const { typeError } = TYPE.schema.conform(options);
  if (typeError !== undefined) throw badRequest(`DeleteOptions cannot be decoded: ${typeError}`);
  const errors = errorsOf(options);
  if (errors.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
  return options;
}

/** True where the options or the query ask for a dry run. */
export function isDryRun(options: DeleteOptions, exchange: Exchange): boolean {
  return (options.dryRun ?? []).length > 0 || exchange.request.query.getAll('dryRun').length > 0;
}

function fromQuery(query: URLSearchParams): DeleteOptions {
  const grace = integerOption(query, 'gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  const orphan = optionalBoolean(query, 'orphanDependents');
  const dryRun = query.getAll('dryRun');
  const uid = textOption(query, 'uid');
  const resourceVersion = textOption(query, 'resourceVersion');
  const preconditions = {
    ...(uid === '' ? {} : { uid }),
    ...(resourceVersion === '' ? {} : { resourceVersion }),
  };
  return {
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(orphan === undefined ? {} : { orphanDependents: orphan }),
    ...(dryRun.length === 0 ? {} : { dryRun }),
    ...(uid === '' && resourceVersion === '' ? {} : { preconditions }),
  };
}

function errorsOf(options: DeleteOptions): FieldError[] {
  const errors: FieldError[] = [];
  const policy = field('propagationPolicy');
  if (options.propagationPolicy !== undefined && options.orphanDependents !== undefined) {
    errors.push(
      invalid(
        policy,
        options.propagationPolicy,
        'orphanDependents and deletionPropagation cannot be both set',
      ),
    );
  }
  if (options.propagationPolicy !== undefined && !POLICIES.includes(options.propagationPolicy)) {
    errors.push(notSupported(policy, options.propagationPolicy, [...POLICIES, 'nil']));
  }
  for (const value of options.dryRun ?? []) {
    if (value !== 'All') errors.push(notSupported(field('dryRun'), value, ['All']));
  }
  return errors;
}
