import type { Authorizer } from '../../auth/contract.ts';
import type { AdmissionReader } from '../contract.ts';

/** The data, besides the request and the node's name, that the checks of a node's writes need. */
export interface NodeRestrictionOptions {
  readonly reader: AdmissionReader;
  readonly authorizer: Pick<Authorizer, 'authorize'>;
}
