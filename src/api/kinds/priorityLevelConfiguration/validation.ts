import { equal } from '../../fields/equal.ts';
import {
  type FieldError,
  field,
  type FieldPath,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { BOOTSTRAP_LEVELS, mandatorySpec } from '../../flowControl/bootstrap.ts';
import { validateFlowStatus } from '../../flowControl/conditions.ts';
import type { PriorityLevelConfiguration } from '../../types.ts';

type Spec = Unchecked<PriorityLevelConfiguration['spec']>;
type Limited = NonNullable<Spec['limited']>;
type Response = NonNullable<Limited['limitResponse']>;
type Queuing = NonNullable<Response['queuing']>;

const EXEMPT = 'exempt';
const MAX_QUEUES = 10_000_000;
/** Of the hash by which a flow chooses its queues. */
const MAX_HASH_BITS = 60;

/** flowcontrol validation `ValidatePriorityLevelConfiguration`. */
export function validatePriorityLevel({
  metadata,
  spec = {},
  status,
}: Unchecked<PriorityLevelConfiguration>): FieldError[] {
  const path = field('spec');
  return [
    ...validateSpec(spec, metadata?.name ?? '', path),
    ...validateFixed(spec, metadata?.name ?? '', path),
    ...validateFlowStatus(status),
  ];
}

function validateSpec(spec: Spec, name: string, path: FieldPath): FieldError[] {
  const { type = '', limited, exempt } = spec;
  const errors: FieldError[] = [];
  if ((name === EXEMPT) !== (type === 'Exempt')) {
    const why = "type must be 'Exempt' if and only if name is 'exempt'";
    errors.push(invalid(path.child('type'), type, why));
  }
  switch (type) {
    case 'Exempt':
      if (limited !== undefined) {
        errors.push(forbiddenField(path.child('limited'), 'must be nil if the type is not Limited'));
      }
      return [...errors, ...validateShares(exempt ?? {}, path.child('exempt'))];
    case 'Limited':
      if (exempt !== undefined) {
        errors.push(forbiddenField(path.child('exempt'), 'must be nil if the type is Limited'));
      }
      return limited === undefined
        ? [...errors, required(path.child('limited'), 'must not be empty when type is Limited')]
        : [...errors, ...validateLimited(limited, path.child('limited'))];
    default:
      return [...errors, notSupported(path.child('type'), type, ['Exempt', 'Limited'])];
  }
}

interface Shares {
  readonly nominalConcurrencyShares?: number | undefined;
  readonly lendablePercent?: number | undefined;
}

function validateShares(shares: Shares, path: FieldPath): FieldError[] {
  const { nominalConcurrencyShares: nominal = 0, lendablePercent: lendable = 0 } = shares;
  const errors: FieldError[] = [];
  if (nominal < 0) {
    errors.push(invalid(path.child('nominalConcurrencyShares'), nominal, 'must be a non-negative integer'));
  }
  if (lendable < 0 || lendable > 100) {
    errors.push(invalid(path.child('lendablePercent'), lendable, 'must be between 0 and 100, inclusive'));
  }
  return errors;
}

function validateLimited(limited: Limited, path: FieldPath): FieldError[] {
  const errors = validateShares(limited, path);
  const { borrowingLimitPercent: borrowing = 0, limitResponse: response = {} } = limited;
  if (borrowing < 0) {
    const why = 'if specified, must be a non-negative integer';
    errors.push(invalid(path.child('borrowingLimitPercent'), borrowing, why));
  }
  return [...errors, ...validateResponse(response, path.child('limitResponse'))];
}

function validateResponse({ type = '', queuing }: Response, path: FieldPath): FieldError[] {
  const at = path.child('queuing');
  switch (type) {
    case 'Reject':
      return queuing === undefined
        ? []
        : [forbiddenField(at, 'must be nil if limited.limitResponse.type is not Limited')];
    case 'Queue':
      return queuing === undefined
        ? [required(at, 'must not be empty if limited.limitResponse.type is Limited')]
        : validateQueuing(queuing, at);
    default:
      return [notSupported(path.child('type'), type, ['Queue', 'Reject'])];
  }
}

function validateQueuing(queuing: Queuing, path: FieldPath): FieldError[] {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing;
  const errors: FieldError[] = [];
  const hand = path.child('handSize');
  if (queueLengthLimit <= 0) {
    errors.push(invalid(path.child('queueLengthLimit'), queueLengthLimit, 'must be positive'));
  }
  if (queues <= 0) errors.push(invalid(path.child('queues'), queues, 'must be positive'));
  else if (queues > MAX_QUEUES) {
    errors.push(invalid(path.child('queues'), queues, `must not be greater than ${MAX_QUEUES}`));
  }
  if (handSize <= 0) errors.push(invalid(hand, handSize, 'must be positive'));
  else if (handSize > queues) {
    errors.push(invalid(hand, handSize, `should not be greater than queues (${queues})`));
  } else if (Math.ceil(Math.log2(queues) * handSize) > MAX_HASH_BITS) {
    const why = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${MAX_HASH_BITS}`;
    errors.push(invalid(hand, handSize, why));
  }
  return errors;
}

function validateFixed(spec: Spec, name: string, path: FieldPath): FieldError[] {
  const fixed = mandatorySpec(BOOTSTRAP_LEVELS, name);
  if (fixed === undefined) return [];
  if (name !== EXEMPT) {
    return equal(spec, fixed) ? [] : [invalid(path, spec, `spec of '${name}' must equal the fixed value`)];
  }
  const why = "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value";
  return equal({ ...spec, exempt: fixed['exempt'] }, fixed) ? [] : [invalid(path, spec, why)];
}
