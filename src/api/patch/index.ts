/** The three kinds of patches. None changes its input; the results are private copies, free to be changed. */
export { applyJsonPatch } from './jsonPatch.ts';
export { applyMergePatch } from './mergePatch.ts';
export { applyStrategicMergePatch } from './strategic.ts';
