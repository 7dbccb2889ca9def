import type { Authorizer } from '../../auth/contract.ts';
import type { AdmissionReader } from '../contract.ts';

/** What the checks of a node's writes are given besides the request and the node's name. */
export interface NodeRestrictionOptions {
  readonly reader: AdmissionReader;
  readonly authorizer: Pick<Authorizer, 'authorize'>;
}
