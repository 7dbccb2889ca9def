import type { ControllerEntry } from './manager.ts';
export const controllers: readonly ControllerEntry[] = [];
