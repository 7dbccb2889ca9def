import type { Finding } from '../documents/finding.ts';
import type { Manifest, ManifestObject } from '../documents/manifest.ts';
import type { ManifestRole } from '../documents/manifestRole.ts';
import type { SchemaNode } from '../schema/schemaNode.ts';
import { checkSchema } from './schemaCheck.ts';

export interface AnalyseOptions {
  readonly role: ManifestRole;
  /** A server looks too: what must be there is for it to say. */
  readonly served: boolean;
  readonly schemaOf: (object: ManifestObject) => Promise<SchemaNode | undefined>;
}

/** What is wrong with a manifest as far as it can be told without applying it: YAML, then the schema of each object. */
export async function analyse(manifest: Manifest, options: AnalyseOptions): Promise<readonly Finding[]> {
  const { role, served, schemaOf } = options;
  if (role === 'template') return [];
  const findings: Finding[] = manifest.problems.map(({ message, at, severity }) => ({
    message,
    severity,
    span: { start: at, end: { line: at.line, column: at.column + 1 } },
  }));
  if (role === 'kustomization') return findings;
  for (const object of manifest.objects) {
    const schema = await schemaOf(object);
    if (schema === undefined) continue;
    const { root, lines } = object;
    findings.push(
      ...checkSchema(root, schema, {
        lines,
        required: role === 'objects' && !served,
        patch: role === 'patch',
      }),
    );
  }
  return findings;
}
