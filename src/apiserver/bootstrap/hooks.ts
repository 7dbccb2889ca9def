import type { ApiResponse, RequestHandler, UserInfo } from '../../api/request.ts';
import { resolveRequestInfo } from '../../api/requestInfo.ts';
import { pathOf } from '../../api/resource.ts';
import { type Status, StatusError } from '../../api/status.ts';
import type { PostStartHook } from '../postStartHooks.ts';
import { kubernetesService, type KubernetesServiceOptions } from './kubernetesService.ts';
import { type BootstrapObject, systemObjects } from './systemObjects.ts';

/** The hooks that make what every cluster has, in upstream's names. `user` is the server itself. */
export function bootstrapHooks(user: UserInfo, options: KubernetesServiceOptions): readonly PostStartHook[] {
  return [
    objectsHook('start-system-namespaces-controller', user, systemObjects()),
    objectsHook('bootstrap-controller', user, kubernetesService(options)),
  ];
}

/**
 * A hook that makes objects through the front door, as everybody does: created, or brought to their form. All at once, so
 * that they share a commit: none may need another one.
 */
export function objectsHook(
  name: string,
  user: UserInfo,
  objects: readonly BootstrapObject[],
): PostStartHook {
  return {
    name,
    async run(handler, signal) {
      await Promise.all(objects.map((object) => ensure(handler, user, object, signal)));
    },
  };
}

async function ensure(
  handler: RequestHandler,
  user: UserInfo,
  { resource, object, authoritative }: BootstrapObject,
  signal: AbortSignal,
): Promise<void> {
  const { namespace } = object.metadata;
  const write = async (method: string, path: string): Promise<number> => {
    const query = new URLSearchParams();
    const info = resolveRequestInfo(method, path, query);
    const body = {
      type: 'object',
      object: structuredClone(object),
      contentType: 'application/json',
    } as const;
    return codeOf(await handler.handle({ info, query, headers: {}, body, user, signal }));
  };
  const code = await write('POST', pathOf(resource, { namespace }));
  if (code === 409 && authoritative === true) {
    await write('PUT', pathOf(resource, { namespace, name: object.metadata.name }));
  }
}

/** The answer's code; what is no success and no conflict is thrown. */
function codeOf(response: ApiResponse): number {
  if (response.type !== 'object') throw new Error(`an answer of type ${response.type} to a write`);
  if (response.code >= 400 && response.code !== 409) throw StatusError.from(response.object as Status);
  return response.code;
}
