import { requestOf } from '../../certificateRequest/certificateRequest.ts';
import { LEGACY_SIGNER } from '../../certificateRequest/signers.ts';
import {
  duplicate,
  type FieldError,
  field,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import { each } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import type { CertificateSigningRequest } from '../../types.ts';
import { signerNameErrors } from './signerName.ts';

const USAGES = [
  ...[
    'any',
    'cert sign',
    'client auth',
    'code signing',
    'content commitment',
    'crl sign',
    'data encipherment',
  ],
  ...['decipher only', 'digital signature', 'email protection', 'encipher only', 'ipsec end system'],
  ...['ipsec tunnel', 'ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc', 'netscape sgc'],
  ...['ocsp signing', 's/mime', 'server auth', 'signing', 'timestamping'],
];
const MIN_SECONDS = 600;
const TRUE_ONLY: readonly (string | undefined)[] = ['Approved', 'Denied', 'Failed'];
const STATUSES = ['False', 'True', 'Unknown'];

type Request = Unchecked<Pick<CertificateSigningRequest, 'spec' | 'status'>>;

/** certificates validation `validateCertificateSigningRequest`; the certificate is looked at where it is given. */
export function validateRequest({ spec = {}, status }: Request): FieldError[] {
  const path = field('spec');
  const { request = '', usages = [], signerName = '', expirationSeconds: seconds } = spec;
  const errors: FieldError[] = [];
  try {
    requestOf(request);
  } catch (error) {
    errors.push(invalid(path.child('request'), request, error instanceof Error ? error.message : ''));
  }
  if (usages.length === 0) errors.push(required(path.child('usages')));
  errors.push(
    ...each(usages, path.child('usages'), (usage, at) =>
      USAGES.includes(usage) ? [] : [notSupported(at, usage, USAGES)],
    ),
    ...each(usages, path.child('usages'), (usage, at, index) =>
      usages.indexOf(usage) === index ? [] : [duplicate(at, usage)],
    ),
  );
  const signer = path.child('signerName');
  if (signerName === LEGACY_SIGNER) {
    errors.push(invalid(signer, signerName, 'the legacy signerName is not allowed via this API version'));
  } else errors.push(...signerNameErrors(signerName, signer));
  if (seconds !== undefined && seconds < MIN_SECONDS) {
    const why = 'may not specify a duration less than 600 seconds (10 minutes)';
    errors.push(invalid(path.child('expirationSeconds'), seconds, why));
  }
  return [...errors, ...validateConditions(status, field('status', 'conditions'))];
}

function validateConditions(status: Request['status'], path: FieldPath): FieldError[] {
  const conditions = status?.conditions ?? [];
  const types = conditions.map(({ type }) => type);
  return each(conditions, path, ({ type = '', status: value = '' }, at, index) => {
    const allowed = TRUE_ONLY.includes(type) ? ['True'] : STATUSES;
    const errors = type === '' ? [required(at.child('type'))] : [];
    if (value === '') errors.push(required(at.child('status')));
    else if (!allowed.includes(value)) errors.push(notSupported(at.child('status'), value, allowed));
    const other = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined;
    if (other !== undefined && types.indexOf(other) >= 0 && types.indexOf(other) < index) {
      const why = 'Approved and Denied conditions are mutually exclusive';
      errors.push(invalid(at.child('type'), type, why));
    }
    if (types.indexOf(type) < index && types.includes(type)) errors.push(duplicate(at.child('type'), type));
    return errors;
  });
}
