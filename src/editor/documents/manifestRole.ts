import { isRecord } from '../../base/isRecord.ts';
import type { Manifest } from './manifest.ts';
import { readYaml } from '../../api/yaml/index.ts';

/**
 * What a YAML file is for. `template`: of a Helm chart, which is YAML only when it is rendered; `kustomization`: read by
 * kustomize, no API server knows it; `patch`: changes an object of another file and is not an object itself.
 */
export type ManifestRole = 'objects' | 'template' | 'kustomization' | 'patch';

/** An action of a template at the beginning of a line or of a value. */
const ACTION = /^\s*\{\{|[:-]\s+["']?\{\{/m;

/** What the text and its place tell; patches are known by the kustomization that names them. */
export function roleOf(path: string, text: string, manifest: Manifest): ManifestRole {
  const file = path.slice(path.lastIndexOf('/') + 1);
  if (isKustomization(file)) return 'kustomization';
  const broken = manifest.problems.some(({ severity }) => severity === 'error');
  // A ConfigMap may hold templates of something else.
  if (ACTION.test(text) && (broken || path.includes('/templates/'))) return 'template';
  const kustomize = manifest.objects.some(({ apiVersion }) =>
    apiVersion.startsWith('kustomize.config.k8s.io/'),
  );
  return kustomize ? 'kustomization' : 'objects';
}

export function isKustomization(file: string): boolean {
  return /^(kustomization\.ya?ml|Kustomization)$/.test(file);
}

/** The files that a kustomization names as patches, as they stand there; none where it cannot be read. */
export function patchesOf(kustomization: string): readonly string[] {
  const [document] = readYaml(kustomization).documents;
  if (!isRecord(document?.value)) return [];
  const { patches, patchesStrategicMerge, patchesJson6902 } = document.value;
  return [...listOf(patches), ...listOf(patchesStrategicMerge), ...listOf(patchesJson6902)].flatMap(
    (entry) => {
      const path: unknown = isRecord(entry) ? entry['path'] : entry;
      return typeof path === 'string' && !path.includes('\n') ? [path] : [];
    },
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
