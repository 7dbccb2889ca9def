import type { MachineCapabilities } from '../contract.ts';

export const VAGRANT_CAPABILITIES: MachineCapabilities = {
  pause: true,
  shell: true,
  resize: true,
  snapshots: true,
  console: true,
};
