import type { KubeObject } from '../../api/meta.ts';
import type { Entry } from '../../api/request.ts';
import { notFound } from '../../api/status.ts';
import { failureOf, type HealthCheck } from '../observe/health.ts';
import { parseListQuery } from '../registry/listOptions.ts';
import { selectionOf } from '../registry/selection.ts';
import type { Handler } from './handler.ts';

/** GET of componentstatuses: the parts are asked now (`pkg/registry/core/componentstatus/rest.go`). */
export const listComponents: Handler = async (options, exchange, { served }) => {
  const { labels, fields } = parseListQuery(exchange.request.query, false);
  const selection = selectionOf(served, labels, fields);
  const objects = await Promise.all(options.components.map(statusOf));
  return {
    type: 'list',
    apiVersion: served.apiVersion,
    kind: `${served.resource.kind}List`,
    items: objects.filter((object) => selection.matches(object)).map(entryOf),
    metadata: { resourceVersion: '' },
  };
};

export const getComponent: Handler = async (options, _exchange, { served, name }) => {
  const check = options.components.find((one) => one.name === name);
  if (check === undefined) throw notFound(served.resource, name);
  return { type: 'object', code: 200, object: await statusOf(check) };
};

async function statusOf(check: HealthCheck): Promise<KubeObject> {
  const failure = await failureOf(check);
  const condition =
    failure === undefined
      ? { type: 'Healthy', status: 'True', message: 'ok' }
      : { type: 'Healthy', status: 'False', error: failure };
  // It was never created: there is nothing else to say of it.
  const metadata = { name: check.name } as KubeObject['metadata'];
  return Object.assign({ apiVersion: 'v1', kind: 'ComponentStatus', metadata }, { conditions: [condition] });
}

const entryOf = (object: KubeObject): Entry => ({
  key: object.metadata.name,
  revision: 0,
  object,
  bytes: Buffer.from(JSON.stringify(object)),
});
