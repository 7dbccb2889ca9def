import type { Entry } from '../../api/request.ts';
import type { Status } from '../../api/status.ts';
import { deleteObject } from '../registry/delete.ts';
import type { Served } from '../resources/served.ts';
import { deleteOptions, isDryRun } from './deleteOptions.ts';
import { type Handler, objectResponse } from './handler.ts';
import { writeContext } from './writeOptions.ts';

/** DELETE of one object: answers with the object where it stays for now, else with a Status (or the kind's choice). */
export const remove: Handler = async (handlers, exchange, { served, namespace, name }) => {
  const options = deleteOptions(exchange);
  const context = { ...writeContext(exchange, 'DeleteOptions'), dryRun: isDryRun(options, exchange) };
  const at = { served, namespace, name };
  const { entry, removed } = await deleteObject(handlers.registry, context, at, options);
  if (!removed) return objectResponse(served, entry, options.orphanDependents === false ? 202 : 200);
  if (served.kind.returnsDeleted === true) return objectResponse(served, entry);
  return { type: 'object', code: 200, object: removedStatus(served, entry) };
};

function removedStatus(served: Served, entry: Entry): Status {
  const { name, uid } = entry.object.metadata;
  const { group, plural } = served.resource;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group === '' ? {} : { group }), kind: plural, uid },
    code: 200,
  };
}
