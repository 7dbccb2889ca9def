import { X509Certificate } from 'node:crypto';
import { equal } from '../../fields/equal.ts';
import { type FieldError, field, forbiddenField, invalid } from '../../fields/fieldErrors.ts';
import type { CertificateSigningRequest } from '../../types.ts';
import { APPROVAL_TYPES } from './conditions.ts';
import { validateRequest } from './validation.ts';

type Request = CertificateSigningRequest;

const CONDITIONS = field('status', 'conditions');
const CERTIFICATE = field('status', 'certificate');
const LASTING_TYPES = [...APPROVAL_TYPES, 'Failed'];

/** certificates validation `ValidateCertificateSigningRequestUpdate`. */
export function validateRequestUpdate(object: Request, old: Request): FieldError[] {
  return [...keptConditions(object, old), ...keptApproval(object, old), ...keptCertificate(object, old)];
}

/** `ValidateCertificateSigningRequestStatusUpdate`: a signer gives a certificate, once. */
export function validateSigning(object: Request, old: Request): FieldError[] {
  const [now, before] = [object.status?.certificate ?? '', old.status?.certificate ?? ''];
  const errors = [...validateRequest(object), ...keptConditions(object, old), ...keptApproval(object, old)];
  if (now === before) return errors;
  const why = before === '' ? certificateError(now) : undefined;
  if (before !== '') {
    errors.push(forbiddenField(CERTIFICATE, 'updates may not modify existing certificate content'));
  } else if (why !== undefined) errors.push(invalid(CERTIFICATE, '<certificate data>', why));
  return errors;
}

/** `ValidateCertificateSigningRequestApprovalUpdate`. */
export function validateApproval(object: Request, old: Request): FieldError[] {
  return [...keptConditions(object, old), ...keptCertificate(object, old)];
}

const ofType = ({ status }: Request, type: string): readonly unknown[] =>
  (status?.conditions ?? []).filter((condition) => condition.type === type);

function keptConditions(object: Request, old: Request): FieldError[] {
  return LASTING_TYPES.filter((type) => ofType(object, type).length < ofType(old, type).length).map((type) =>
    forbiddenField(CONDITIONS, `updates may not remove a condition of type "${type}"`),
  );
}

function keptApproval(object: Request, old: Request): FieldError[] {
  return APPROVAL_TYPES.flatMap((type) => {
    const [now, before] = [ofType(object, type), ofType(old, type)];
    if (now.length < before.length || equal(now, before)) return [];
    const what = now.length > before.length ? 'add' : 'modify';
    return [forbiddenField(CONDITIONS, `updates may not ${what} a condition of type "${type}"`)];
  });
}

function keptCertificate(object: Request, old: Request): FieldError[] {
  return (object.status?.certificate ?? '') === (old.status?.certificate ?? '')
    ? []
    : [forbiddenField(CERTIFICATE, 'updates may not set certificate content')];
}

const BLOCK = /-----BEGIN ([^-\n]*)-----\r?\n([\s\S]*?)-----END \1-----/g;

/** What is wrong with a certificate, which may have others after it (validation `validateCertificate`). */
function certificateError(base64: string): string | undefined {
  const blocks = [...Buffer.from(base64, 'base64').toString('latin1').matchAll(BLOCK)];
  for (const [pem, type = '', content = ''] of blocks) {
    if (type !== 'CERTIFICATE')
      return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (content.includes(':')) return 'no PEM block headers are permitted';
    try {
      new X509Certificate(pem);
    } catch {
      return 'x509: malformed certificate';
    }
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}
