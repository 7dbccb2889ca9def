import { ageColumn, column, nameColumn, NONE } from '../../columns.ts';
import { humanDuration } from '../../humanDuration.ts';
import type { Column } from '../../kind.ts';
import type { CertificateSigningRequest } from '../../types.ts';
import { hasCondition } from './conditions.ts';

export const requestColumns: readonly Column<CertificateSigningRequest>[] = [
  nameColumn,
  ageColumn,
  column('SignerName', 'string', 'Who is to sign it.', ({ spec }) => textOr(spec.signerName, NONE)),
  column('Requestor', 'string', 'Who asks for it.', ({ spec }) => spec.username ?? ''),
  column('RequestedDuration', 'string', 'How long the certificate is to be valid.', ({ spec }) =>
    spec.expirationSeconds === undefined ? NONE : humanDuration(spec.expirationSeconds * 1000),
  ),
  column('Condition', 'string', 'How far it is.', stateOf),
];

const textOr = (text: string | undefined, other: string): string =>
  text === undefined || text === '' ? other : text;

function stateOf(object: CertificateSigningRequest): string {
  const [isDenied, isApproved] = [hasCondition(object, 'Denied'), hasCondition(object, 'Approved')];
  return [
    isDenied ? 'Denied' : isApproved ? 'Approved' : 'Pending',
    ...(hasCondition(object, 'Failed') ? ['Failed'] : []),
    ...((object.status?.certificate ?? '') === '' ? [] : ['Issued']),
  ].join(',');
}
