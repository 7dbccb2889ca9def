import { ownProperty } from '../../base/ownProperty.ts';
import { configMaps, secrets } from '../../api/resources.ts';
import type { ConfigMap, EnvVar, Pod, Secret, Service } from '../../api/types.ts';
import type { VolumeManager } from '../volumes/volumeManager.ts';
import type { ObjectStore } from '../objects/objectStore.ts';
import { specOf } from '../pods/identity.ts';
import { configError, type ContainerContext, type ContainerHook } from './contract.ts';
import { readEnvFile, variableIn } from './envFile.ts';
import { expand } from './expansion.ts';
import { type FieldSources, podField, resourceField } from './podFields.ts';
import { serviceEnvironment } from './serviceEnvironment.ts';

export interface EnvironmentOptions {
  readonly objects: ObjectStore;
  /** Services of a namespace; undefined where the node keeps none (simulated nodes). */
  services(namespace: string): readonly Service[];
  sources(): Pick<FieldSources, 'hostIPs' | 'allocatable'>;
}

type FileKeyRef = NonNullable<NonNullable<EnvVar['valueFrom']>['fileKeyRef']>;

const MASTER_NAMESPACE = 'default';
const MASTER_SERVICES = new Set(['kubernetes']);

/** Environment variables (kubelet_pods.go `makeEnvironmentVariables`). */
export function environmentHook(
  options: EnvironmentOptions,
  /** Missing on a node without volumes. */
  volumes?: Pick<VolumeManager, 'find'>,
): ContainerHook {
  return {
    name: 'environment',
    async apply(context, { config }) {
      const { pod, container } = context;
      const services = serviceEnvironment(servicesFor(pod, options));
      const values = new Map<string, string>();
      const sources = { ...options.sources(), podIPs: context.podIPs };

      for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
        const pairs =
          configMapRef !== undefined
            ? await configMapData(
                options.objects,
                context,
                configMapRef.name ?? '',
                configMapRef.optional === true,
              )
            : await secretData(options.objects, context, secretRef?.name ?? '', secretRef?.optional === true);
        for (const [key, value] of Object.entries(pairs)) values.set(prefix + key, value);
      }
      for (const variable of container.env ?? []) {
        const value =
          variable.valueFrom === undefined
            ? expand(variable.value ?? '', (name) => values.get(name) ?? services.get(name))
            : await valueFrom(options.objects, context, variable, sources, volumes);
        if (value === undefined) continue;
        // A repeated name takes its place at the end, as with a list that is read in order.
        values.delete(variable.name);
        values.set(variable.name, value);
      }
      config.env = [...[...services].filter(([name]) => !values.has(name)), ...values].map(
        ([name, value]) => ({
          name,
          value,
        }),
      );
    },
  };
}

function servicesFor(pod: Pod, options: EnvironmentOptions): readonly Service[] {
  const { namespace } = pod.metadata;
  const masters = options
    .services(MASTER_NAMESPACE)
    .filter(({ metadata }) => MASTER_SERVICES.has(metadata.name));
  if (pod.spec.enableServiceLinks === false) return masters;
  const own = options.services(namespace);
  return namespace === MASTER_NAMESPACE ? own : [...masters, ...own];
}

async function valueFrom(
  objects: ObjectStore,
  context: ContainerContext,
  variable: EnvVar,
  sources: FieldSources,
  volumes: Pick<VolumeManager, 'find'> | undefined,
): Promise<string | undefined> {
  const { pod, container } = context;
  const { namespace } = pod.metadata;
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = variable.valueFrom ?? {};
  if (fieldRef !== undefined) {
    const value = podField(pod, fieldRef.fieldPath, sources);
    if (value === undefined) throw configError(`unsupported fieldPath: ${fieldRef.fieldPath}`);
    return value;
  }
  if (resourceFieldRef !== undefined) {
    const name = resourceFieldRef.containerName;
    const of = name === undefined || name === '' ? container : specOf(pod, name);
    const value =
      of && resourceField(of, resourceFieldRef.resource, resourceFieldRef.divisor, sources.allocatable);
    if (value === undefined)
      throw configError(`unsupported container resource : ${resourceFieldRef.resource}`);
    return value;
  }
  if (configMapKeyRef !== undefined) {
    const { name = '', key, optional = false } = configMapKeyRef;
    const value = ownProperty(await configMapData(objects, context, name, optional), key);
    if (value === undefined && !optional)
      throw configError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (secretKeyRef !== undefined) {
    const { name = '', key, optional = false } = secretKeyRef;
    const value = ownProperty(await secretData(objects, context, name, optional), key);
    if (value === undefined && !optional)
      throw configError(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value;
  }
  if (fileKeyRef !== undefined) return valueFromFile(fileKeyRef, pod, volumes);
  return undefined;
}

async function valueFromFile(
  { volumeName, path, key, optional = false }: FileKeyRef,
  pod: Pod,
  volumes: Pick<VolumeManager, 'find'> | undefined,
): Promise<string | undefined> {
  const volume = volumes?.find(pod.metadata.uid, volumeName);
  if (volume === undefined)
    throw configError(`cannot find the volume "${volumeName}" referenced by FileKeyRef`);
  let value: string | undefined;
  try {
    const text = await readEnvFile(volume.hostPath, path);
    if (text === undefined && !optional) throw new Error(`${path} does not exist`);
    value = text === undefined ? undefined : variableIn(text, key);
  } catch (error) {
    // The file's contents belong to the pod, so an error tells only the place.
    throw configError(`couldn't parse env file: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (value !== undefined && value !== '') return value;
  if (optional) return undefined;
  throw configError(`environment variable key "${key}" not found in file "${path}"`);
}

async function configMapData(
  objects: ObjectStore,
  context: ContainerContext,
  name: string,
  optional: boolean,
): Promise<Readonly<Record<string, string>>> {
  const { namespace } = context.pod.metadata;
  const found: ConfigMap | undefined = await objects.get(configMaps, namespace, name, context.signal);
  if (found === undefined && !optional) throw configError(`configmap "${name}" not found`);
  return found?.data ?? {};
}

async function secretData(
  objects: ObjectStore,
  context: ContainerContext,
  name: string,
  optional: boolean,
): Promise<Readonly<Record<string, string>>> {
  const { namespace } = context.pod.metadata;
  const found: Secret | undefined = await objects.get(secrets, namespace, name, context.signal);
  if (found === undefined && !optional) throw configError(`secret "${name}" not found`);
  const decoded = Object.entries(found?.data ?? {}).map(
    ([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')] as const,
  );
  return Object.fromEntries(decoded);
}
