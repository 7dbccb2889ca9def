// Writes docs/compatibility.md: what of Kubernetes v1.36 is served, from the lists of kinds and controllers themselves.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { compatibilityDocument } from './compatibilityDocument.ts';

const target = path.join(import.meta.dirname, '../docs/compatibility.md');
writeFileSync(target, await compatibilityDocument());
