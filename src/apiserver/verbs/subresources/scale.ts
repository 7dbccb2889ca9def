import { ownProperty, setOwnProperty } from '../../../base/ownProperty.ts';
import { isRecord } from '../../../base/isRecord.ts';
import { field, invalid, invalidObject } from '../../../api/fields/fieldErrors.ts';
import { type Labels, matcherOf, selectorFromMap } from '../../../api/labels.ts';
import { draftOf, type Draft, type KubeObject, type LabelSelector } from '../../../api/meta.ts';
import type { ApiResponse, Entry } from '../../../api/request.ts';
import { builtIn } from '../../../api/schema/index.ts';
import { badRequest } from '../../../api/status.ts';
import type { Scale } from '../../../api/types.ts';
import type { Exchange } from '../../exchange.ts';
import type { Handler, HandlerOptions, Target } from '../handler.ts';
import { readPatch } from '../patch.ts';
import { writeContext } from '../writeOptions.ts';
import { AdmissionRequest } from '../../admission/attributes.ts';
import type { RegistryOptions, WriteContext } from '../../registry/context.ts';
import { ruledObject } from '../../registry/conversion.ts';
import { getObject } from '../../registry/get.ts';
import type { Served } from '../../resources/served.ts';
import { mainStrategy } from '../../registry/strategy.ts';
import { type UpdateAdmission, updateObject } from '../../registry/update.ts';
import { subresourceBody } from './body.ts';

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale', schema: builtIn('V1Scale') };

export const getScale: Handler = async (options, exchange, target) =>
  scaleResponse(target.served, await getObject(options.registry, target, () => exchange.signal));

export const updateScale: Handler = (options, exchange, target) => {
  const sent = subresourceBody<Scale>(exchange, SCALE);
  return changeScale(options, exchange, target, 'UpdateOptions', () => sent);
};

export const patchScale: Handler = (options, exchange, target) => {
  const change = readPatch(exchange, SCALE.schema);
  return changeScale(options, exchange, target, 'PatchOptions', (scale) => change(scale) as unknown as Scale);
};

/** Reads the object as a Scale, takes the changed Scale's replicas and its conditions, and writes the object. */
async function changeScale(
  options: HandlerOptions,
  exchange: Exchange,
  target: Target,
  kind: string,
  change: (scale: Scale) => Scale,
): Promise<ApiResponse> {
  const { served, namespace, name } = target;
  const context = writeContext(exchange, kind);
  const { specReplicas } = pathsOf(served);
  const { entry } = await updateObject(options.registry, context, {
    served,
    namespace,
    name,
    subresource: 'scale',
    strategy: mainStrategy(served.kind),
    allowCreate: false,
    desired(existing) {
      if (existing === undefined) throw badRequest('there is nothing to scale');
      const scale = change(scaleOf(served, existing));
      const draft = draftOf(existing);
      write(draft, specReplicas, scale.spec?.replicas ?? 0);
      draft.metadata.uid = scale.metadata.uid;
      draft.metadata.resourceVersion = scale.metadata.resourceVersion;
      return draft;
    },
    admission: (draft, old) => scaleAdmission(options.registry, context, target, draft, old),
  });
  return scaleResponse(served, entry);
}

/** Admission sees Scales, before and after, and what it changes of the replicas is the object's. */
function scaleAdmission(
  { admission }: RegistryOptions,
  context: WriteContext,
  { served, namespace, name, subresource }: Target,
  draft: Draft,
  old: KubeObject,
): UpdateAdmission {
  const scale = scaleOf(served, draft as unknown as KubeObject) as unknown as Draft<Scale>;
  const request = new AdmissionRequest(context, {
    operation: 'UPDATE',
    resource: served.resource,
    subresource,
    kind: SCALE,
    namespace,
    name,
    object: scale,
    old: scaleOf(served, old),
  });
  return {
    async mutate() {
      await admission.mutate(request);
      const replicas = scale.spec?.replicas ?? 0;
      if (replicas < 0) {
        throw invalidObject(SCALE, name, [
          invalid(field('spec', 'replicas'), replicas, 'must be greater than or equal to 0'),
        ]);
      }
      write(draft, pathsOf(served).specReplicas, replicas);
    },
    validate: () => admission.validate(request),
  };
}

async function scaleResponse(served: Served, entry: Entry): Promise<ApiResponse> {
  return { type: 'object', code: 200, object: scaleOf(served, await ruledObject(served, entry)) };
}

function scaleOf(served: Served, object: KubeObject): Scale {
  const { name, namespace = '', uid, resourceVersion, creationTimestamp } = object.metadata;
  const paths = pathsOf(served);
  const selector = read(object, paths.selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberAt(object, paths.specReplicas) },
    status: {
      replicas: numberAt(object, paths.statusReplicas),
      ...(selector === undefined ? {} : { selector: selectorText(selector, paths.selectorIsMap === true) }),
    },
  };
}

function selectorText(selector: unknown, isMap: boolean): string {
  if (typeof selector === 'string') return selector;
  return (isMap ? selectorFromMap(selector as Labels) : matcherOf(selector as LabelSelector)).toString();
}

function pathsOf(served: Served): NonNullable<Served['kind']['scale']> {
  const { scale } = served.kind;
  if (scale === undefined) throw badRequest(`${served.resource.plural} cannot be scaled`);
  return scale;
}

function read(object: unknown, path: string): unknown {
  let value = object;
  for (const name of path.split('.')) value = isRecord(value) ? ownProperty(value, name) : undefined;
  return value;
}

const numberAt = (object: unknown, path: string): number => Number(read(object, path) ?? 0);

/**
 * Writes a value at a path. A definition's author chose its names, so they may be any. A value on the way that is not
 * an object is replaced by one.
 */
function write(draft: Draft, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  let parent = draft as unknown as Record<string, unknown>;
  for (const name of names) {
    const next = ownProperty(parent, name);
    const record = isRecord(next) ? next : {};
    setOwnProperty(parent, name, record);
    parent = record;
  }
  setOwnProperty(parent, last, value);
}
