import type { Random } from '../../base/random.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';

const SUFFIX_LENGTH = 5;
const MAX_GENERATED_NAME = 63;

/**
 * The metadata that a new object must not have. The presence is checked first, because deleting properties makes an
 * object slow.
 */
const NEVER_NEW = ['deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'resourceVersion'] as const;

/** What the server alone sets on a new object (apiserver `pkg/registry/rest/meta.go`, `create.go`). */
export function fillSystemMetadata(draft: Draft, options: { random: Random; now: string }): void {
  const { metadata } = draft;
  metadata.uid = options.random.uuid();
  metadata.creationTimestamp = options.now;
  for (const name of NEVER_NEW) if (Object.hasOwn(metadata, name)) Reflect.deleteProperty(metadata, name);
  dropEmpty(draft);
}

/** `base` and five random characters, cut so that the whole stays a DNS label (apiserver `pkg/storage/names`). */
export function generateName(base: string, random: Random): string {
  return base.slice(0, MAX_GENERATED_NAME - SUFFIX_LENGTH) + random.suffix(SUFFIX_LENGTH);
}

/** What an update never changes, whatever the client sent (apiserver `pkg/registry/rest/update.go`). */
export function keepSystemMetadata(draft: Draft, old: KubeObject): void {
  const { metadata } = draft;
  const before = old.metadata;
  if ((metadata.uid ?? '') === '') metadata.uid = before.uid;
  metadata.creationTimestamp = before.creationTimestamp;
  keep(metadata, before, 'deletionTimestamp');
  keep(metadata, before, 'deletionGracePeriodSeconds');
  delete metadata.selfLink;
  dropEmpty(draft);
}

/** An update can neither remove nor change a mark of deletion; one that is not there is not made by an update. */
function keep(
  metadata: Draft['metadata'],
  before: KubeObject['metadata'],
  name: 'deletionTimestamp' | 'deletionGracePeriodSeconds',
): void {
  const value = before[name];
  if (value === undefined) Reflect.deleteProperty(metadata, name);
  else Object.assign(metadata, { [name]: value });
}

/** Empty maps and lists of the metadata count as missing and are not stored (`omitempty`). */
export function dropEmpty(draft: Draft): void {
  const { metadata } = draft;
  for (const name of ['labels', 'annotations', 'finalizers', 'ownerReferences', 'managedFields'] as const) {
    const value = metadata[name];
    if (value !== undefined && Object.keys(value).length === 0) Reflect.deleteProperty(metadata, name);
  }
  for (const name of ['generateName', 'namespace'] as const) {
    if (metadata[name] === '') Reflect.deleteProperty(metadata, name);
  }
}
