import type { Draft } from '../../api/meta.ts';
import { isSameResource } from '../../api/resource.ts';
import { forbidden, type StatusError } from '../../api/status.ts';
import type { AdmissionAttributes } from './contract.ts';

/** The 403 of upstream's plugins. It names the request's object, even if the name is not generated yet. */
export function refuse(attributes: AdmissionAttributes, why: string): StatusError {
  const { metadata } = (attributes.object ?? {}) as Partial<Draft>;
  const name = [attributes.name, metadata?.name, metadata?.generateName].find(
    (text) => text !== undefined && text !== '',
  );
  return forbidden(attributes.resource, name ?? 'Unknown', why);
}

/** Whether a request is about a resource, in its main form or in one of its subresources. */
export function isAbout(
  attributes: AdmissionAttributes,
  resource: { readonly group: string; readonly plural: string },
  subresource = '',
): boolean {
  return isSameResource(attributes.resource, resource) && attributes.subresource === subresource;
}
