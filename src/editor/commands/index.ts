import type { EditorCommand } from './command.ts';
import { addNode } from './addNode.ts';
import { applyManifest } from './applyManifest.ts';
import { createCluster } from './createCluster.ts';
import { deleteCluster } from './deleteCluster.ts';
import { deleteManifest } from './deleteManifest.ts';
import { deleteObject } from './deleteObject.ts';
import { followLogs } from './followLogs.ts';
import { nodeShell } from './nodeShell.ts';
import { openKubeconfigTerminal } from './openKubeconfigTerminal.ts';
import { openObject } from './openObject.ts';
import { openPodTerminal } from './openPodTerminal.ts';
import { refresh } from './refresh.ts';
import { removeNode } from './removeNode.ts';
import { showLog } from './showLog.ts';
import { startCluster } from './startCluster.ts';
import { stopCluster } from './stopCluster.ts';

export const commands: readonly EditorCommand[] = [
  createCluster,
  startCluster,
  stopCluster,
  deleteCluster,
  addNode,
  removeNode,
  applyManifest,
  deleteManifest,
  openObject,
  deleteObject,
  followLogs,
  openPodTerminal,
  nodeShell,
  openKubeconfigTerminal,
  showLog,
  refresh,
];
