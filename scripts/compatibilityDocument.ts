import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Kind } from '../src/api/kind.ts';
import { kinds } from '../src/api/kinds/index.ts';
import { controllers } from '../src/controllers/index.ts';
import { ELSEWHERE, stableControllers, stableKinds } from './upstream.ts';

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** The whole text of docs/compatibility.md. */
export async function compatibilityDocument(): Promise<string> {
  const text = [
    '# Compatibility with Kubernetes v1.36',
    'Made by `npm run docs:compatibility` from the lists of what is served; a test holds this page to them.',
    '## Kinds',
    kindsTable(),
    'The default StorageClass makes volumes on the disk of the node that a pod is scheduled to. HorizontalPodAutoscalers and NetworkPolicies are stored, and nothing acts on them yet; Ingresses need a controller of yours.',
    '## Controllers',
    controllersTable(),
  ].join('\n\n');
  const options = await resolveConfig(path.join(import.meta.dirname, '../docs/compatibility.md'));
  return format(text, { ...options, parser: 'markdown' });
}

function kindsTable(): string {
  const served = new Map<string, { kind: Kind; verbs: string; subresources: string }>();
  for (const kind of kinds) {
    for (const { group, version, plural } of [
      kind.resource,
      ...(kind.alsoServedAs ?? []).map((as) => as.resource),
    ]) {
      served.set(`${groupVersion(group, version)} ${plural}`, {
        kind,
        verbs: verbsOf(kind),
        subresources: subresourcesOf(kind),
      });
    }
  }
  const wanted = stableKinds.flatMap(([gv, plurals]) =>
    plurals.split(' ').map((plural) => [gv, plural] as const),
  );
  const rows = wanted.map(([gv, plural]) => {
    const found = served.get(`${gv} ${plural}`);
    served.delete(`${gv} ${plural}`);
    return found === undefined
      ? `| ${gv} | ${plural} | **not served** | |`
      : `| ${gv} | ${plural} | ${found.verbs} | ${found.subresources} |`;
  });
  const extra = [...served].map(([address, { verbs, subresources }]) => {
    const [gv = '', plural = ''] = address.split(' ');
    return `| ${gv} | ${plural} | ${verbs} | ${subresources} |`;
  });
  const count = rows.filter((row) => !row.includes('not served')).length;
  return [
    `${count} of ${wanted.length} stable resources are served.`,
    '',
    '| group and version | resource | verbs | subresources |',
    '| --- | --- | --- | --- |',
    ...rows,
    ...extra,
  ].join('\n');
}

const groupVersion = (group: string, version: string): string =>
  group === '' ? version : `${group}/${version}`;

function verbsOf(kind: Kind): string {
  const verbs = kind.verbs ?? ALL_VERBS;
  if (verbs.length === ALL_VERBS.length) return 'all';
  const missing = ALL_VERBS.filter((verb) => !verbs.includes(verb));
  return missing.length <= 2 ? `all but ${missing.join(', ')}` : verbs.join(', ');
}

const subresourcesOf = (kind: Kind): string =>
  [
    ...(kind.status === undefined ? [] : ['status']),
    ...(kind.scale === undefined ? [] : ['scale']),
    ...(kind.subresources ?? []).map(({ name }) => name),
  ].join(', ');

function controllersTable(): string {
  const never = { all: [], onChange: () => ({ dispose: () => undefined }) };
  const here = new Set(
    controllers({
      resources: never,
      ca: '',
      clusterCIDR: '10.244.0.0/16',
      makeToken: () => Promise.resolve(''),
      signRequest: () => Promise.resolve(''),
    }).map(({ name }) => name),
  );
  const rows = stableControllers.map(([upstream, ours, why]) => {
    const runs = ours !== undefined && (ours === ELSEWHERE || here.has(ours));
    return `| ${upstream} | ${runs ? 'runs' : '**not here**'} | ${why ?? ''} |`;
  });
  return ["| upstream's name | here | notes |", '| --- | --- | --- |', ...rows].join('\n');
}
